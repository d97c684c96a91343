import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Store } from '#store'
import { account, addAccount, group, other, policy, profile, record, role, user } from './sample.ts'

/** A kind of store under test. */
export interface Subject {
  readonly name: string
  /** A new, empty store; what `close` of the subject leaves behind is nobody's. */
  open(): Promise<{ readonly store: Store; close(): Promise<void> }>
}

/** What holds for every store. */
export function storeSuite({ name, open }: Subject): void {
  const check = (title: string, body: (store: Store) => Promise<void>) =>
    test(title, async () => {
      const { store, close } = await open()
      try {
        await addAccount(store)
        await body(store)
      } finally {
        await close()
      }
    })
  describe(name, () => {
    namedTests(check)
    pageTests(check)
    relationTests(check)
    keyTests(check)
  })
}

type Check = (title: string, body: (store: Store) => Promise<void>) => void

function namedTests(check: Check): void {
  check('a name is taken in any case of letters', async (store) => {
    await store.write(account, async ({ users, roles }) => {
      assert.equal(await users.add(user('AIDA1', 'Ann')), true)
      assert.equal(await users.add(user('AIDA2', 'aNN')), false)
      assert.equal(await roles.add(role('AROA1', 'ann')), true, 'another kind has names of its own')
      assert.equal(await users.count(account), 1)
      assert.equal((await users.byName(account, 'ANN'))?.id, 'AIDA1')
      assert.equal(await users.byId('AIDA2'), undefined)
    })
  })

  check('a name is taken in its account only', async (store) => {
    await addAccount(store, other)
    await store.write(account, ({ users }) => users.add(user('AIDA1', 'Ann')))
    await store.write(other, async ({ users }) => {
      assert.equal(await users.byName(other, 'Ann'), undefined)
      assert.equal(await users.add({ ...user('AIDA2', 'ann'), account: other }), true)
      assert.deepEqual([await users.count(account), await users.count(other)], [1, 1])
    })
  })

  check('a rename to a taken name changes nothing, and to another case of its own name is allowed', async (store) => {
    await store.write(account, async ({ users }) => {
      await users.add(user('AIDA1', 'ann'))
      await users.add(user('AIDA2', 'bob'))
      assert.equal(await users.update(user('AIDA2', 'ANN')), false)
      assert.equal((await users.byId('AIDA2'))?.name, 'bob')
      assert.equal(await users.update(user('AIDA2', 'BOB', '/x/')), true)
      assert.deepEqual(await users.byName(account, 'bob'), user('AIDA2', 'BOB', '/x/'))
      await assert.rejects(users.update(user('AIDA9', 'new')), /not there/)
    })
  })

  check('entities come back as they were given, with and without their optional parts', async (store) => {
    const tags = [
      { key: 'Zeta', value: '' },
      { key: 'alpha "quoted"', value: 'ü\u0000\n' },
    ]
    const whole = {
      user: { ...user('AIDA2', 'b'), tags, boundary: 'arn:aws:iam::aws:policy/A', passwordLastUsedAt: 5 },
      role: { ...role('AROA2', 'b'), tags, description: '', boundary: 'arn:b', lastUsedAt: 7, lastUsedRegion: 'r' },
      policy: { ...policy('ANPA2', 'b'), tags, description: 'words' },
      profile: { ...profile('AIPA2', 'b', 'AROA2'), tags },
    }
    await store.write(account, async (tables) => {
      for (const one of [user('AIDA1', 'a'), whole.user]) await tables.users.add(one)
      for (const one of [role('AROA1', 'a'), whole.role]) await tables.roles.add(one)
      for (const one of [policy('ANPA1', 'a'), whole.policy]) await tables.policies.add(one)
      for (const one of [profile('AIPA1', 'a'), whole.profile]) await tables.instanceProfiles.add(one)
    })
    await store.read(async (tables) => {
      assert.deepEqual((await tables.users.list(account, { limit: 9 })).items, [user('AIDA1', 'a'), whole.user])
      assert.deepEqual((await tables.roles.list(account, { limit: 9 })).items, [role('AROA1', 'a'), whole.role])
      assert.deepEqual((await tables.policies.list(account, { limit: 9 })).items, [policy('ANPA1', 'a'), whole.policy])
      const profiles = (await tables.instanceProfiles.list(account, { limit: 9 })).items
      assert.deepEqual(profiles, [profile('AIPA1', 'a'), whole.profile])
      assert.deepEqual((await tables.instanceProfiles.ofRole('AROA2', { limit: 9 })).items, [whole.profile])
    })
    await store.write(account, async ({ users }) => {
      assert.equal(await users.update(user('AIDA2', 'b')), true)
      assert.deepEqual(await users.byId('AIDA2'), user('AIDA2', 'b'), 'an update takes optional parts away')
    })
  })

  check('who still has something cannot be removed, and a removed name is free again', async (store) => {
    const inline = { account, ownerId: 'AIDA1', name: 'p', document: '{}' }
    await store.write(account, async ({ users, inlinePolicies }) => {
      await users.add(user('AIDA1', 'ann'))
      await inlinePolicies.put(inline)
    })
    await assert.rejects(store.write(account, ({ users }) => users.remove('AIDA1')))
    await store.write(account, async ({ users, inlinePolicies }) => {
      assert.deepEqual(await inlinePolicies.get('AIDA1', 'p'), inline)
      assert.equal(await inlinePolicies.remove('AIDA1', 'p'), true)
      assert.equal(await inlinePolicies.remove('AIDA1', 'p'), false)
      assert.equal(await users.remove('AIDA1'), true)
      assert.equal(await users.remove('AIDA1'), false)
      assert.equal(await users.count(account), 0)
      assert.equal(await users.add(user('AIDA2', 'ANN')), true)
    })
  })

  check('an alias belongs to one account', async (store) => {
    await addAccount(store, other)
    await store.write(account, async ({ accounts }) => {
      assert.equal(await accounts.setAlias(account, 'acme'), true)
      assert.equal(await accounts.setAlias(other, 'acme'), false)
      assert.equal((await accounts.byAlias('acme'))?.id, account)
      assert.equal(await accounts.add({ id: '777788889999', name: '', email: '', alias: 'acme', createdAt: 1 }), false)
      assert.equal(await accounts.setAlias(account, undefined), true)
      assert.equal(await accounts.setAlias(other, 'acme'), true)
      assert.deepEqual(
        (await accounts.list()).map(({ id, alias }) => [id, alias]),
        [
          [account, undefined],
          [other, 'acme'],
        ],
      )
    })
  })
}

function pageTests(check: Check): void {
  check('pages are in order of the name without case, and neither lose nor repeat what stays', async (store) => {
    const names = Array.from(
      { length: 60 },
      (_, index) => `${index % 2 === 0 ? 'User' : 'uSER'}${String(index).padStart(3, '0')}`,
    )
    await store.write(account, async ({ users }) => {
      for (const [index, name] of names.toReversed().entries()) await users.add(user(`AIDA${index}`, name))
    })
    const seen: string[] = []
    for (let page = 0, more = true; more; page += 1) {
      const after = seen.at(-1)
      const found = await store.read(({ users }) =>
        users.list(account, { limit: 7, ...(after === undefined ? {} : { after }) }),
      )
      seen.push(...found.items.map(({ name }) => name))
      more = found.more
      const last = await store.read(({ users }) => users.byName(account, seen.at(-1) ?? ''))
      await store.write(account, async ({ users }) => {
        await users.add(user(`AIDAbefore${page}`, `aaa${page}`))
        if (last !== undefined) await users.remove(last.id)
      })
    }
    assert.deepEqual(seen, names)
  })

  check('a full last page says that nothing follows', async (store) => {
    await store.write(account, async ({ users }) => {
      for (const name of ['a', 'b', 'c', 'd']) await users.add(user(`AIDA${name}`, name))
    })
    const page = await store.read(({ users }) => users.list(account, { limit: 2, after: 'B' }))
    assert.deepEqual([page.items.map(({ name }) => name), page.more], [['c', 'd'], false])
  })

  check('a path prefix is letters, not a pattern, and keeps its case', async (store) => {
    const paths = ['/', '/a/', '/a/b/', '/ab/', '/A/', '/a_/', '/a%/', '/b/', '/a\u007f/']
    await store.write(account, async ({ users }) => {
      for (const [index, path] of paths.entries()) await users.add(user(`AIDA${index}`, `u${index}`, path))
    })
    for (const pathPrefix of ['/', '/a', '/a/', '/a_', '/%', '/a%/', '/A', '/a\u007f', '/c']) {
      const found = await store.read(({ users }) => users.list(account, { limit: 99, pathPrefix }))
      const expected = paths.filter((path) => path.startsWith(pathPrefix))
      assert.deepEqual(
        found.items.map(({ path }) => path),
        expected,
        pathPrefix,
      )
    }
  })

  check('inline policies of an owner keep their case apart and page in order', async (store) => {
    const names = ['B', 'a', 'b', 'A', 'c']
    await store.write(account, async ({ groups, inlinePolicies }) => {
      await groups.add(group('AGPA1', 'g'))
      for (const name of names) await inlinePolicies.put({ account, ownerId: 'AGPA1', name, document: name })
      await inlinePolicies.put({ account, ownerId: 'AGPA1', name: 'b', document: 'replaced' })
    })
    await store.read(async ({ inlinePolicies }) => {
      const seen: string[] = []
      for (let more = true; more; ) {
        const after = seen.at(-1)
        const page = await inlinePolicies.list('AGPA1', { limit: 1, ...(after === undefined ? {} : { after }) })
        seen.push(...page.items.map(({ name }) => name))
        more = page.more
      }
      assert.deepEqual(seen, ['A', 'a', 'B', 'b', 'c'])
      const all = await inlinePolicies.all('AGPA1')
      assert.deepEqual(
        all.map(({ document }) => document),
        ['A', 'a', 'B', 'replaced', 'c'],
      )
    })
  })
}

function relationTests(check: Check): void {
  check('members are listed by name, also after a rename', async (store) => {
    await store.write(account, async ({ users, groups, memberships }) => {
      await groups.add(group('AGPA1', 'Admins'))
      await groups.add(group('AGPA2', 'builders'))
      for (const name of ['a', 'b', 'c']) {
        await users.add(user(`AIDA${name}`, name))
        await memberships.add(account, `AIDA${name}`, 'AGPA1')
      }
      await memberships.add(account, 'AIDAa', 'AGPA1')
      await memberships.add(account, 'AIDAa', 'AGPA2')
      await users.update(user('AIDAa', 'Zed'))
      const first = await memberships.usersOf('AGPA1', { limit: 2 })
      assert.deepEqual([first.items.map(({ name }) => name), first.more], [['b', 'c'], true])
      const rest = await memberships.usersOf('AGPA1', { limit: 2, after: 'C' })
      assert.deepEqual([rest.items, rest.more], [[user('AIDAa', 'Zed')], false])
      const groupsOf = await memberships.groupsOf('AIDAa', { limit: 1 })
      assert.deepEqual([groupsOf.items, groupsOf.more], [[group('AGPA1', 'Admins')], true])
      assert.deepEqual([await memberships.countUsers('AGPA1'), await memberships.countGroups('AIDAa')], [3, 2])
      assert.equal(await memberships.remove('AIDAb', 'AGPA1'), true)
      assert.equal(await memberships.remove('AIDAb', 'AGPA1'), false)
    })
  })

  check('nobody becomes a member across accounts', async (store) => {
    await addAccount(store, other)
    await store.write(other, ({ users }) => users.add({ ...user('AIDA1', 'ann'), account: other }))
    await store.write(account, async ({ groups, memberships }) => {
      await groups.add(group('AGPA1', 'g'))
      await assert.rejects(memberships.add(account, 'AIDA1', 'AGPA1'))
    })
  })

  check('a policy is attached once to an owner, and is found by owner, policy and account', async (store) => {
    const aws = 'arn:aws:iam::aws:policy/ReadOnlyAccess'
    const own = `arn:aws:iam::${account}:policy/own`
    const attachment = { account, ownerKind: 'user', ownerId: 'AIDA1', policyArn: own, attachedAt: 4 } as const
    await store.write(account, async ({ users, roles, attachments }) => {
      await users.add({ ...user('AIDA1', 'ann'), boundary: own })
      await roles.add({ ...role('AROA1', 'r'), boundary: own })
      assert.equal(await attachments.add(attachment), true)
      assert.equal(await attachments.add(attachment), false)
      await attachments.add({ ...attachment, policyArn: aws })
      await attachments.add({ ...attachment, ownerKind: 'role', ownerId: 'AROA1' })
      assert.deepEqual(await attachments.ofOwner('AIDA1'), [attachment, { ...attachment, policyArn: aws }])
      assert.deepEqual(
        (await attachments.ofPolicy(account, own)).map(({ ownerId }) => ownerId),
        ['AROA1', 'AIDA1'],
      )
      assert.equal(await attachments.countOf(account, own), 2)
      assert.deepEqual(await attachments.attachedArns(account), [aws])
      assert.deepEqual(await attachments.boundariesOf(account, own), [
        { ownerKind: 'role', ownerId: 'AROA1' },
        { ownerKind: 'user', ownerId: 'AIDA1' },
      ])
      assert.equal(await attachments.remove('AIDA1', own), true)
      assert.equal(await attachments.remove('AIDA1', own), false)
      await assert.rejects(attachments.add({ ...attachment, ownerId: 'AIDAnobody' }))
    })
  })

  check('versions of a policy come newest first', async (store) => {
    await store.write(account, async ({ policies, policyVersions }) => {
      await policies.add(policy('ANPA1', 'p'))
      for (const version of [1, 2, 10])
        await policyVersions.add({ policyId: 'ANPA1', version, document: `v${version}`, createdAt: version })
      assert.deepEqual(
        (await policyVersions.list('ANPA1')).map(({ version }) => version),
        [10, 2, 1],
      )
      assert.deepEqual(await policyVersions.get('ANPA1', 2), {
        policyId: 'ANPA1',
        version: 2,
        document: 'v2',
        createdAt: 2,
      })
      assert.equal(await policyVersions.remove('ANPA1', 2), true)
      assert.equal(await policyVersions.get('ANPA1', 2), undefined)
      assert.equal(await policyVersions.remove('ANPA1', 2), false)
    })
  })
}

function keyTests(check: Check): void {
  check('access keys of a user and of the root are apart, and keep their secrets', async (store) => {
    const key = { id: 'AKIA1', account, userId: 'AIDA1', secret: 'wJalr+/ü', active: true, createdAt: 1 }
    const { userId: _, ...root } = { ...key, id: 'AKIA2' }
    await store.write(account, async ({ users, accessKeys }) => {
      await users.add(user('AIDA1', 'ann'))
      await accessKeys.add(key)
      await accessKeys.add(root)
      assert.deepEqual(await accessKeys.ofUser(account, 'AIDA1'), [key])
      assert.deepEqual(await accessKeys.ofUser(account, undefined), [root])
      assert.equal(await accessKeys.setActive('AKIA1', false), true)
      assert.deepEqual(await accessKeys.byId('AKIA1'), { ...key, active: false })
      await assert.rejects(users.remove('AIDA1'))
      assert.equal(await accessKeys.remove('AKIA1'), true)
      assert.equal(await accessKeys.byId('AKIA1'), undefined)
    })
  })

  check('a last use is known at once, is written later, and never goes back in time', async (store) => {
    const key = { id: 'AKIA1', account, secret: 's', active: true, createdAt: 1 }
    await store.write(account, async ({ accessKeys, roles }) => {
      await accessKeys.add(key)
      await roles.add(role('AROA1', 'r'))
    })
    const use = { at: 20, region: 'eu-west-1', service: 'iam' }
    store.used('AKIA1', use)
    store.used('AKIA1', { ...use, at: 10 })
    store.used('AROA1', { at: 5, region: 'us-east-1' })
    const uses = () => store.read(async ({ lastUses }) => [await lastUses.get('AKIA1'), await lastUses.get('AROA1')])
    assert.deepEqual(await uses(), [use, { at: 5, region: 'us-east-1' }])
    const revision = store.revision(account)
    await store.flush()
    assert.deepEqual(await uses(), [use, { at: 5, region: 'us-east-1' }])
    assert.equal(store.revision(account), revision, 'a use makes nothing stale')
    await store.write(account, ({ roles }) => roles.update(role('AROA1', 'renamed')))
    assert.equal((await store.read(({ roles }) => roles.byId('AROA1')))?.lastUsedAt, 5, 'an update keeps the last use')
    assert.equal(await store.read(({ lastUses }) => lastUses.get('AKIAnobody')), undefined)
  })

  check('every record is kept, in batches and one by one, newest first', async (store) => {
    const whole = {
      ...record('whole', 5000),
      principal: 'p',
      errorCode: 'AccessDenied',
      request: { a: { b: [1, 'ü'] } },
    }
    for (let index = 0; index < 1000; index += 1) store.record(record(`r${index}`, index))
    await store.write(account, ({ audit }) => audit.append(whole))
    await store.flush()
    await store.read(async ({ audit }) => {
      const all = await audit.list(account, { limit: 2000 })
      assert.equal(all.length, 1001)
      const [newest] = all
      assert.deepEqual(newest, { ...whole, seq: newest?.seq })
      const [earlier] = await audit.list(account, { limit: 1, before: 500 })
      assert.deepEqual(earlier, { ...record('r499', 499), seq: earlier?.seq })
      const numbers = all.map(({ seq }) => seq).sort((one, other) => one - other)
      assert.deepEqual(
        numbers,
        numbers.map((_, index) => (numbers[0] ?? 0) + index),
        'records are counted without gaps',
      )
      assert.deepEqual(await audit.list(other, { limit: 1 }), [])
    })
  })

  check('there is a token key from the first run on', async (store) => {
    const [newest] = store.tokenKeys
    assert.match(newest?.id ?? '', /^[0-9a-f]{8}$/)
    assert.equal(newest?.key.length, 32)
  })
}
