import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { type IssuerKey, openStore } from '#store'
import { account, addAccount } from './sample.ts'

const folder = mkdtempSync(join(tmpdir(), 'cardea-issuer-'))
after(() => rmSync(folder, { recursive: true }))

function key(id: string, issuer = 'one'): IssuerKey {
  return { id, account, issuer, algorithm: 'ES384', publicKey: '{"kty":"EC"}', createdAt: 5 }
}

test('keys of an issuer are told newest first, and their private halves only to whoever signs', async () => {
  const store = await openStore({ kind: 'memory' })
  try {
    await addAccount(store)
    await store.write(account, async ({ issuerKeys }) => {
      await issuerKeys.add(key('a'), 'secret a')
      await issuerKeys.add(key('b'), 'secret b')
      await issuerKeys.add(key('c', 'two'), 'secret c')
      assert.deepEqual(await issuerKeys.ofIssuer('one'), [key('b'), key('a')])
      assert.deepEqual(await issuerKeys.ofIssuer('none'), [])
      assert.equal(await issuerKeys.privateKey('a'), 'secret a')
      assert.equal(await issuerKeys.privateKey('z'), undefined)
      assert.equal(await issuerKeys.remove('a'), true)
      assert.equal(await issuerKeys.remove('a'), false)
      assert.deepEqual(await issuerKeys.ofIssuer('one'), [key('b')])
    })
  } finally {
    await store.close()
  }
})

test('a private key lies sealed in the folder, and opens after the store was opened again', async () => {
  const path = join(folder, 'data')
  const secret = 'a private key that nobody may read'
  const first = await openStore({ kind: 'folder', path })
  await addAccount(first)
  await first.write(account, ({ issuerKeys }) => issuerKeys.add(key('a'), secret))
  await first.close()
  for (const name of readdirSync(path)) assert.ok(!readFileSync(join(path, name)).includes(secret), name)
  const second = await openStore({ kind: 'folder', path })
  try {
    assert.equal(await second.read(({ issuerKeys }) => issuerKeys.privateKey('a')), secret)
  } finally {
    await second.close()
  }
})

test('why a call was refused is kept in its record', async () => {
  const store = await openStore({ kind: 'memory' })
  try {
    await addAccount(store)
    const record = {
      id: '1',
      at: 1,
      account,
      eventSource: 'sts.amazonaws.com',
      eventName: 'AssumeRoleWithWebIdentity',
      sourceIp: '203.0.113.9',
      readOnly: true,
      errorCode: 'AccessDenied',
      errorMessage: 'Not authorized',
      errorDetail: 'expected ann, actual eve',
    }
    store.record(record)
    await store.flush()
    assert.deepEqual(await store.read(({ audit }) => audit.list(account, { limit: 1 })), [{ ...record, seq: 1 }])
  } finally {
    await store.close()
  }
})
