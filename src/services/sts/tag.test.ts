import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { ListUsersCommand, PutRolePolicyCommand } from '@aws-sdk/client-iam'
import { AssumeRoleCommand } from '@aws-sdk/client-sts'
import { openFrontDoor } from '../../../test/front-door.ts'
import { assume, makeRole, policyOf } from '../../../test/server/role.ts'

const door = await openFrontDoor()
after(() => door.close())
const { account } = door

function tagged(tags: Readonly<Record<string, string>>, ...TransitiveTagKeys: readonly string[]) {
  const Tags = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }))
  return { Tags, ...(TransitiveTagKeys.length === 0 ? {} : { TransitiveTagKeys: [...TransitiveTagKeys] }) }
}

function assumed(client: Pick<typeof door, 'sts'>, RoleArn: string, more: object) {
  return client.sts.send(new AssumeRoleCommand({ RoleArn, RoleSessionName: 'session', ...more }))
}

/** A role that may list users only when the principal's tag has the value. */
async function listing(name: string, key: string, value: string, tags: Readonly<Record<string, string>> = {}) {
  const arn = await makeRole(door, { name, trust: { AWS: account }, tags, may: ['sts:AssumeRole', 'sts:TagSession'] })
  const Condition = { StringEquals: { [`aws:PrincipalTag/${key}`]: value } }
  const PolicyDocument = policyOf({ Effect: 'Allow', Action: 'iam:ListUsers', Resource: '*', Condition })
  await door.iam.send(new PutRolePolicyCommand({ RoleName: name, PolicyName: 'list', PolicyDocument }))
  return arn
}

async function lists(client: Pick<typeof door, 'iam'>): Promise<boolean> {
  try {
    await client.iam.send(new ListUsersCommand({}))
    return true
  } catch (cause) {
    assert.equal((cause as Error).name, 'AccessDenied')
    return false
  }
}

test("a session's tags are the principal's, over those of the role in any case of letters (S-24)", async () => {
  const arn = await listing('tagged', 'team', 'red', { Team: 'blue', other: 'x' })
  assert.equal(await lists(door.as(await assume(door, arn))), false)
  assert.equal(await lists(door.as(await assume(door, arn, tagged({ tEAM: 'red' })))), true)
  const own = await listing('own', 'team', 'red', { Team: 'red' })
  assert.equal(await lists(door.as(await assume(door, own))), true)
  assert.equal(await lists(door.as(await assume(door, own, tagged({ team: 'blue' })))), false)
})

test('passing tags needs sts:TagSession, in the trust policy too (S-22)', async () => {
  const arn = await makeRole(door, { name: 'untagged', trust: { AWS: account }, trusted: ['sts:AssumeRole'] })
  await assumed(door, arn, {})
  await assert.rejects(assumed(door, arn, tagged({ team: 'red' })), {
    name: 'AccessDenied',
    message: /is not authorized to perform: sts:TagSession on resource: .* because no role trust policy allows/,
  })
})

test('the trust policy sees the tags that are passed, and which are transitive (K-1, S-21)', async () => {
  const condition = {
    StringEquals: { 'aws:RequestTag/team': 'red' },
    'ForAllValues:StringEquals': { 'aws:TagKeys': ['team', 'cost'], 'sts:TransitiveTagKeys': ['team'] },
  }
  const arn = await makeRole(door, { name: 'picky', trust: { AWS: account }, condition })
  await assumed(door, arn, tagged({ team: 'red', cost: '1' }, 'team'))
  for (const other of [{ team: 'blue' }, { team: 'red', more: 'x' }, {}])
    await assert.rejects(assumed(door, arn, tagged(other)), { name: 'AccessDenied' })
  await assert.rejects(assumed(door, arn, tagged({ team: 'red', cost: '1' }, 'cost')), { name: 'AccessDenied' })
})

test('transitive tags go along the chain, others do not, and none of them can be replaced (S-24)', async () => {
  const first = await listing('link-1', 'none', 'none')
  const second = await listing('link-2', 'team', 'red')
  const third = await listing('link-3', 'team', 'red', { team: 'blue' })
  const loose = door.as(await assume(door, first, tagged({ team: 'red' })))
  assert.equal(await lists(door.as(await assume(loose, second))), false)
  const bound = door.as(await assume(door, first, tagged({ team: 'red', x: 'y' }, 'team')))
  const next = door.as(await assume(bound, second))
  assert.equal(await lists(next), true)
  assert.equal(await lists(door.as(await assume(next, third))), true)
  await assert.rejects(assumed(next, third, tagged({ TEAM: 'blue' })), { name: 'InvalidParameterValue' })
})

test("transitive tags stand in for the role's own in its trust policy (S-24)", async () => {
  const first = await listing('source', 'none', 'none')
  const condition = { StringEquals: { 'aws:ResourceTag/team': 'red' } }
  const guarded = await makeRole(door, { name: 'guarded', trust: { AWS: account }, condition, tags: { team: 'blue' } })
  await assert.rejects(assumed(door.as(await assume(door, first)), guarded, {}), { name: 'AccessDenied' })
  await assume(door.as(await assume(door, first, tagged({ team: 'red' }, 'team'))), guarded)
})

test('tags that repeat, are reserved, or are transitive without being passed are refused', async () => {
  const arn = await makeRole(door, { name: 'tidy', trust: { AWS: account } })
  for (const [more, message] of [
    [tagged({ a: '1', A: '2' }), /Duplicate tag keys found/],
    [tagged({ 'aws:x': '1' }), /reserved for system use/],
    [tagged({ a: '1' }, 'b'), /must be included in the requested tags/],
  ] as const)
    await assert.rejects(assumed(door, arn, more), { name: 'InvalidParameterValue', message })
})

test('a source identity needs a permission, stays along the chain, and cannot be changed (S-22, S-25)', async () => {
  const may = ['sts:AssumeRole', 'sts:SetSourceIdentity']
  const first = await makeRole(door, { name: 'who-1', trust: { AWS: account }, may })
  const condition = { StringEquals: { 'aws:SourceIdentity': 'ann', 'sts:SourceIdentity': 'ann' } }
  const second = await makeRole(door, { name: 'who-2', trust: { AWS: account }, condition })
  const closed = await makeRole(door, { name: 'who-3', trust: { AWS: account }, trusted: ['sts:AssumeRole'] })
  assert.equal((await assumed(door, first, { SourceIdentity: 'ann' })).SourceIdentity, 'ann')
  const ann = door.as(await assume(door, first, { SourceIdentity: 'ann' }))
  assert.equal((await assumed(ann, second, {})).SourceIdentity, 'ann')
  await assert.rejects(assumed(ann, closed, {}), { message: /sts:SetSourceIdentity/ })
  await assert.rejects(assumed(ann, first, { SourceIdentity: 'bob' }), { name: 'AccessDenied' })
  const nobody = door.as(await assume(door, first))
  await assert.rejects(assumed(nobody, second, {}), { name: 'AccessDenied' })
})
