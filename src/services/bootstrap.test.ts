import assert from 'node:assert/strict'
import { test } from 'node:test'
import { GetUserCommand, ListAttachedGroupPoliciesCommand, ListGroupsForUserCommand } from '@aws-sdk/client-iam'
import { GetCallerIdentityCommand } from '@aws-sdk/client-sts'
import { createAccount } from '#services'
import { openStore } from '#store'
import { openFrontDoor } from '../../test/front-door.ts'

const asked = { name: 'main', email: 'root@example.com', rootKey: false, now: 1 }

test('an account begins with an administrator, in a group that may do everything', async () => {
  const door = await openFrontDoor()
  const UserName = 'administrator'
  const GroupName = 'Administrators'
  assert.equal((await door.iam.send(new GetUserCommand({}))).User?.UserName, UserName)
  const { Groups } = await door.iam.send(new ListGroupsForUserCommand({ UserName }))
  assert.deepEqual(
    Groups?.map((group) => group.GroupName),
    [GroupName],
  )
  const { AttachedPolicies } = await door.iam.send(new ListAttachedGroupPoliciesCommand({ GroupName }))
  assert.deepEqual(AttachedPolicies, [
    { PolicyName: 'AdministratorAccess', PolicyArn: 'arn:aws:iam::aws:policy/AdministratorAccess' },
  ])
  await door.close()
})

test('the root has a key only when one is asked for', async () => {
  const store = await openStore({ kind: 'memory' })
  const { account, rootKey } = await createAccount(store, asked)
  assert.equal(rootKey, undefined)
  const keys = await store.read(({ accessKeys }) => accessKeys.ofUser(account, undefined))
  assert.deepEqual(keys, [])
  assert.match((await createAccount(store, { ...asked, rootKey: true })).rootKey?.accessKeyId ?? '', /^AKIA/)
  await store.close()
})

test('an id is twelve random digits, or the one that was asked for', async () => {
  const store = await openStore({ kind: 'memory' })
  const ids = new Set<string>()
  for (let time = 0; time < 5; time++) ids.add((await createAccount(store, asked)).account)
  assert.equal(ids.size, 5)
  for (const id of ids) assert.match(id, /^[1-9]\d{11}$/)
  assert.equal((await createAccount(store, { ...asked, id: '000000000001' })).account, '000000000001')
  for (const id of ['1', '1234567890123', 'abcdefghijkl', ''])
    await assert.rejects(createAccount(store, { ...asked, id }), { code: 'ValidationError' })
  await store.close()
})

test('an id that is taken is refused, and the account that has it keeps its own', async () => {
  const door = await openFrontDoor()
  const taken = createAccount(door.store, { ...asked, id: door.account, rootKey: true })
  await assert.rejects(taken, { code: 'EntityAlreadyExists', status: 409 })
  const { Arn } = await door.sts.send(new GetCallerIdentityCommand({}))
  assert.equal(Arn, `arn:aws:iam::${door.account}:user/administrator`)
  const keys = await door.store.read(({ accessKeys }) => accessKeys.ofUser(door.account, undefined))
  assert.equal(keys.length, 1)
  await door.close()
})

test('the audit trail of an account begins with who made it, and with no secret', async () => {
  const store = await openStore({ kind: 'memory' })
  const { account, administrator } = await createAccount(store, { ...asked, rootKey: true })
  const records = await store.read(({ audit }) => audit.list(account, { limit: 10 }))
  assert.deepEqual(
    records.map(({ id, seq, ...record }) => record),
    [
      {
        at: 1,
        account,
        eventSource: 'operator.cardea',
        eventName: 'CreateAccount',
        sourceIp: '127.0.0.1',
        readOnly: false,
        request: { account, name: 'main', email: 'root@example.com', rootKey: true },
      },
    ],
  )
  assert.ok(!JSON.stringify(records).includes(administrator.secretAccessKey))
  await store.close()
})
