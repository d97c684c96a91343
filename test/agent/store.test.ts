import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { type Instance, openStore } from '#store'
import { account, addAccount, other } from '../store/sample.ts'

const bare: Instance = {
  id: 'i-00000000000000001',
  account,
  region: 'eu-west-1',
  profileId: 'AIPA1',
  profileArn: 'arn:aws:iam::111122223333:instance-profile/p',
  tags: [],
  sessionSeconds: 900,
  createdAt: 1,
  createdBy: 'arn:aws:iam::111122223333:user/u',
}
const whole: Instance = {
  ...bare,
  name: 'web',
  tags: [{ key: 'k', value: 'v' }],
  join: { hash: 'h', expiresAt: 5, usedAt: 4 },
  agent: { publicKey: '{}', joinedAt: 4, address: '::1', moment: 9, sessionId: 'ASIA1' },
}

test('an instance comes back as it was, also from a folder that was closed', async () => {
  const path = join(mkdtempSync(join(tmpdir(), 'cardea-instances-')), 'data')
  try {
    const store = await openStore({ kind: 'folder', path })
    await addAccount(store)
    await addAccount(store, other)
    await store.write(account, async ({ instances }) => {
      await instances.add(bare)
      assert.deepEqual(await instances.byId(bare.id), bare)
      assert.equal(await instances.update(whole), true)
      assert.deepEqual(await instances.byId(bare.id), whole)
      assert.equal(await instances.update({ ...bare, id: 'i-none' }), false)
      await instances.add({ ...bare, id: 'i-00000000000000002' })
      assert.deepEqual(await instances.list(account, { limit: 1 }), { items: [whole], more: true })
      assert.equal((await instances.list(account, { limit: 1, after: bare.id })).more, false)
      assert.deepEqual([await instances.count(account), await instances.count(other)], [2, 0])
      assert.deepEqual([await instances.remove('i-00000000000000002'), await instances.remove('i-none')], [true, false])
    })
    await store.close()
    const again = await openStore({ kind: 'folder', path })
    assert.deepEqual(await again.read(({ instances }) => instances.byId(bare.id)), whole)
    await again.close()
  } finally {
    rmSync(join(path, '..'), { recursive: true })
  }
})
