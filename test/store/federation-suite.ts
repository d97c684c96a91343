import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Delegation, OidcProvider, SamlProvider, Store, Task } from '#store'
import { account, addAccount, other, user } from './sample.ts'
import type { Subject } from './suite.ts'

/** What holds for identity providers, settings, tasks, calls and delegations of every store. */
export function federationSuite({ name, open }: Subject): void {
  const check = (title: string, body: (store: Store) => Promise<void>) =>
    test(title, async () => {
      const { store, close } = await open()
      try {
        await addAccount(store)
        await addAccount(store, other)
        await body(store)
      } finally {
        await close()
      }
    })
  describe(`federation: ${name}`, () => {
    providerTests(check)
    accountTests(check)
    callTests(check)
    delegationTests(check)
  })
}

type Check = (title: string, body: (store: Store) => Promise<void>) => void

const common = { account, path: '/', createdAt: 1, tags: [{ key: 'k', value: 'v' }] }

function providerTests(check: Check): void {
  check('an OIDC provider comes with all of it, and is counted', async (store) => {
    const provider: OidcProvider = { ...common, id: 'o1', name: 'h/p', clientIds: ['b', 'a'], thumbprints: ['0f'] }
    await store.write(account, async ({ oidcProviders }) => {
      assert.equal(await oidcProviders.add(provider), true)
      assert.equal(await oidcProviders.add({ ...provider, id: 'o2' }), false)
      assert.deepEqual(await oidcProviders.byName(account, 'h/p'), provider)
      const changed = { ...provider, clientIds: [], thumbprints: [], tags: [] }
      assert.equal(await oidcProviders.update(changed), true)
      assert.deepEqual((await oidcProviders.list(account, { limit: 5 })).items, [changed])
      assert.equal(await oidcProviders.count(account), 1)
      assert.equal(await oidcProviders.count(other), 0)
    })
  })

  check('a SAML provider keeps its private keys apart, newest first, and goes with them', async (store) => {
    const provider: SamlProvider = { ...common, id: 's1', name: 'idp', metadata: '<m/>', entityId: 'e' }
    const whole: SamlProvider = { ...provider, metadata: '<n/>', validUntil: 5, encryption: 'Required' }
    await store.write(account, async ({ samlProviders }) => {
      assert.equal(await samlProviders.add(provider), true)
      assert.equal(await samlProviders.update(whole), true)
      assert.deepEqual(await samlProviders.byId('s1'), whole)
      const first = { id: 'k1', providerId: 's1', createdAt: 1 }
      await samlProviders.addKey(first, 'PEM 1')
      await samlProviders.addKey({ ...first, id: 'k2' }, 'PEM 2')
      assert.deepEqual(await samlProviders.keysOf('s1'), [{ ...first, id: 'k2' }, first])
      assert.deepEqual(await samlProviders.privateKeys('s1'), ['PEM 2', 'PEM 1'])
      assert.equal(await samlProviders.removeKey('s2', 'k1'), false)
      assert.equal(await samlProviders.removeKey('s1', 'k1'), true)
      assert.equal(await samlProviders.remove('s1'), true)
      assert.deepEqual(await samlProviders.keysOf('s1'), [])
    })
  })
}

function accountTests(check: Check): void {
  check('a setting has one value in an account', async (store) => {
    await store.write(account, async ({ settings }) => {
      await settings.put(account, 'b', '1')
      await settings.put(account, 'b', '2')
      await settings.put(account, 'a', '3')
      assert.equal(await settings.get(account, 'b'), '2')
      assert.equal(await settings.get(other, 'b'), undefined)
      assert.deepEqual(
        [...(await settings.all(account))],
        [
          ['a', '3'],
          ['b', '2'],
        ],
      )
      assert.equal(await settings.remove(account, 'b'), true)
      assert.equal(await settings.remove(account, 'b'), false)
    })
  })

  check('tasks are found by account, kind and id, and forgotten when they are old', async (store) => {
    const task: Task = { id: 't1', account, kind: 'credentialReport', result: 'r', createdAt: 1 }
    await store.write(account, async ({ tasks }) => {
      await tasks.add(task)
      await tasks.add({ ...task, id: 't2', createdAt: 2 })
      await tasks.add({ ...task, id: 't3', kind: 'serviceLastAccessed' })
      assert.deepEqual(await tasks.byId(account, 'credentialReport', 't1'), task)
      assert.equal(await tasks.byId(other, 'credentialReport', 't1'), undefined)
      assert.equal(await tasks.byId(account, 'serviceLastAccessed', 't1'), undefined)
      assert.equal((await tasks.newest(account, 'credentialReport'))?.id, 't2')
      await tasks.forget(account, 'credentialReport', { before: 2 })
      assert.equal(await tasks.byId(account, 'credentialReport', 't1'), undefined)
      assert.equal((await tasks.newest(account, 'credentialReport'))?.id, 't2')
      assert.equal((await tasks.newest(account, 'serviceLastAccessed'))?.id, 't3')
    })
  })
}

function callTests(check: Check): void {
  check('the last call of each action is kept while whoever made it is there', async (store) => {
    await store.write(account, ({ users }) => users.add(user('AIDA1', 'ann')))
    const region = 'us-east-1'
    store.used('AIDA1/iam:GetUser', { at: 1, region })
    store.used('AIDA1/iam:GetUser', { at: 3, region })
    store.used('AIDA1/s3:ListBucket', { at: 2, region: 'eu-west-1' })
    store.used('AIDA2/iam:GetUser', { at: 1, region })
    await store.flush()
    store.used('AIDA1/iam:GetUser', { at: 4, region })
    store.used('AIDA1/sts:GetCallerIdentity', { at: 3, region })
    store.used('AIDA2/iam:GetUser', { at: 3, region })
    const actions = (id: string) => store.read(({ lastUses }) => lastUses.actionsOf(id))
    const waiting = [await actions('AIDA1'), await actions('AIDA2')]
    await store.flush()
    assert.deepEqual(
      [await actions('AIDA1'), await actions('AIDA2')],
      waiting,
      'what waits is told as when it is written',
    )
    await store.write(account, async ({ lastUses, users }) => {
      assert.deepEqual(await lastUses.actionsOf('AIDA1'), [
        { action: 'iam:GetUser', at: 4, region },
        { action: 's3:ListBucket', at: 2, region: 'eu-west-1' },
        { action: 'sts:GetCallerIdentity', at: 3, region },
      ])
      assert.deepEqual(await lastUses.actionsOf('AIDA2'), [])
      assert.equal(await users.remove('AIDA1'), true)
      assert.deepEqual(await lastUses.actionsOf('AIDA1'), [])
    })
  })
}

function delegationTests(check: Check): void {
  check('a delegation comes with all of it, and its workflow is unique in its requestor', async (store) => {
    const detail = {
      description: 'd',
      template: 't',
      parameters: [{ name: 'n', values: ['v'], type: 'string' as const }],
      policy: '{}',
      notificationChannel: 'c',
      sessionDuration: 300,
      onlySendByOwner: true,
    }
    const moments = { createdAt: 1, updatedAt: 1, expiresAt: 2 }
    const asked: Delegation = { id: 'd1', requestor: other, workflow: 'w', state: 'UNASSIGNED', detail, ...moments }
    await store.write(other, async ({ delegations }) => {
      assert.equal(await delegations.add(asked), true)
      assert.equal(await delegations.add({ ...asked, id: 'd2' }), false)
      assert.equal(await delegations.add({ ...asked, id: 'd2', requestor: account, ownerAccount: account }), true)
      assert.deepEqual(await delegations.byId('d1'), asked)
      const taken: Delegation = { ...asked, ownerAccount: account, ownerArn: 'arn', state: 'ASSIGNED', updatedAt: 2 }
      assert.equal(await delegations.update(taken), true)
      assert.deepEqual((await delegations.list(account, { limit: 5 })).items, [taken])
      assert.deepEqual((await delegations.list(account, { limit: 5, ownerArn: 'nobody' })).items, [])
      assert.deepEqual((await delegations.list(other, { limit: 5 })).items, [])
    })
  })
}
