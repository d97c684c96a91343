import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { openStore } from '#store'
import { account, addAccount } from './sample.ts'

const path = mkdtempSync(join(tmpdir(), 'cardea-ring-'))
after(() => rmSync(path, { recursive: true }))

test('the ring of token keys and the sessions outlast the process, and two rotations at once both count', async () => {
  const store = await openStore({ kind: 'folder', path })
  await addAccount(store)
  const [oldest] = store.tokenKeys
  await Promise.all([1, 2].map((now) => store.rotateTokenKeys({ now, longest: 10 })))
  const ids = store.tokenKeys.map(({ id }) => id)
  assert.deepEqual([ids.length, ids[2], new Set(ids).size], [3, oldest?.id, 3])
  const session = { id: 'ASIA1', account, kind: 'user', principal: 'a', caller: 'a', narrowedTo: [] } as const
  store.issued({ ...session, issuedAt: 1, expiresAt: 5 })
  store.issued({ ...session, issuedAt: 1, expiresAt: 9 })
  store.issued({ ...session, id: 'ASIA2', issuedAt: 2, expiresAt: 6 })
  store.used('ASIA2', { at: 3, region: 'us-east-1' })
  await store.write(account, ({ sessions }) => sessions.end({ id: 'ASIA1', account, endedAt: 3, expiresAt: 5 }))
  await store.close()
  const again = await openStore({ kind: 'folder', path })
  assert.deepEqual(
    again.tokenKeys.map(({ id }) => id),
    ids,
  )
  assert.equal(await again.rotateTokenKeys({ now: 13, longest: 10 }), 2)
  assert.deepEqual(
    again.tokenKeys.slice(1).map(({ id }) => id),
    ids.slice(0, 1),
  )
  await again.read(async ({ sessions }) => {
    const lasting = { ...session, id: 'ASIA2', issuedAt: 2, expiresAt: 6, lastCallAt: 3 }
    assert.deepEqual(await sessions.live(4, { limit: 5 }), [lasting])
    assert.deepEqual(await sessions.live(4, { account: 'other', limit: 5 }), [])
    assert.deepEqual([await sessions.isEnded(['ASIA2', 'ASIA1']), await sessions.isEnded(['ASIA2'])], [true, false])
    assert.equal(await sessions.isEnded([]), false)
  })
  again.issued({ ...session, id: 'ASIA3', issuedAt: 6, expiresAt: 9 })
  await again.flush()
  await again.read(async ({ sessions }) => {
    assert.equal(await sessions.byId('ASIA2'), undefined)
    assert.equal(await sessions.isEnded(['ASIA1']), false)
  })
  await again.close()
})
