import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { CreateAccessKeyCommand, CreateUserCommand, GetUserCommand, PutUserPolicyCommand } from '@aws-sdk/client-iam'
import {
  DecodeAuthorizationMessageCommand,
  GetCallerIdentityCommand,
  GetSessionTokenCommand,
} from '@aws-sdk/client-sts'
import { openFrontDoor } from '../../../test/front-door.ts'
import { ask } from '../../../test/server/ask.ts'
import { policyOf, temporary } from '../../../test/server/role.ts'

const door = await openFrontDoor()
after(() => door.close())
const { iam, account } = door
const other = door.as(await door.addAccount('444455556666'))

await iam.send(new CreateUserCommand({ UserName: 'ann' }))
const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName: 'ann' }))
const ann = { accessKeyId: AccessKey?.AccessKeyId ?? '', secretAccessKey: AccessKey?.SecretAccessKey ?? '' }
const PolicyDocument = policyOf({
  Sid: 'NoLarge',
  Effect: 'Deny',
  Action: 'ec2:RunInstances',
  Resource: '*',
  Condition: { StringEquals: { 'ec2:InstanceType': 'x1.large' } },
})
await iam.send(new PutUserPolicyCommand({ UserName: 'ann', PolicyName: 'guard', PolicyDocument }))
const resource = `arn:aws:ec2:us-east-1:${account}:instance/*`

/** The encoded message of a service that refused ann. */
async function message(context: Readonly<Record<string, string>> = {}): Promise<string> {
  const ruling = await ask(door, ann, { action: 'ec2:RunInstances', resource, context })
  assert.notEqual(ruling.decision, 'allowed')
  return ruling.encoded?.(door.store.tokenKeys) ?? ''
}

async function decoded(EncodedMessage: string, client: Pick<typeof door, 'sts'> = door.as(door.administrator)) {
  const { DecodedMessage = '' } = await client.sts.send(new DecodeAuthorizationMessageCommand({ EncodedMessage }))
  return JSON.parse(DecodedMessage)
}

const invalid = { name: 'InvalidAuthorizationMessageException' }

test('a message tells the decision, who asked for what, the context, and the statements that matched', async () => {
  const { User } = await iam.send(new GetUserCommand({ UserName: 'ann' }))
  const implicit = await decoded(await message())
  assert.deepEqual(
    [implicit.allowed, implicit.explicitDeny, implicit.matchedStatements.items.length],
    [false, false, 0],
  )
  const { context, ...explicit } = await decoded(await message({ 'ec2:InstanceType': 'x1.large' }))
  assert.deepEqual([explicit.allowed, explicit.explicitDeny], [false, true])
  const [statement] = explicit.matchedStatements.items
  assert.deepEqual([statement.statementId, statement.effect, statement.policy], ['NoLarge', 'DENY', 'guard'])
  const { conditions, ...rest } = context
  assert.deepEqual(rest, {
    principal: { id: User?.UserId, name: 'ann', arn: User?.Arn },
    action: 'ec2:RunInstances',
    resource,
  })
  const seen = { key: 'ec2:InstanceType', values: { items: [{ value: 'x1.large' }] } }
  assert.deepEqual(
    conditions.items.find(({ key }: { key: string }) => key === 'ec2:InstanceType'),
    seen,
  )
})

test('a message says nothing to those who may not decode it', async () => {
  const encoded = await message({ 'ec2:InstanceType': 'x1.large' })
  assert.match(encoded, /^[A-Za-z0-9+/=]{100,}$/)
  assert.doesNotMatch(Buffer.from(encoded, 'base64').toString('latin1'), /NoLarge|ann|x1/)
  await assert.rejects(decoded(encoded, door.as(ann)), {
    name: 'AccessDenied',
    message:
      `User: arn:aws:iam::${account}:user/ann is not authorized to perform: sts:DecodeAuthorizationMessage ` +
      'because no identity-based policy allows the sts:DecodeAuthorizationMessage action',
  })
  await assert.rejects(decoded(encoded, other), invalid)
})

test('a message that was changed, cut, made elsewhere or is too old is refused', async () => {
  const encoded = await message()
  const bytes = Buffer.from(encoded, 'base64')
  for (let index = 0; index < bytes.length; index += 7) {
    const changed = Buffer.from(bytes)
    changed[index] = (changed[index] ?? 0) ^ 1
    await assert.rejects(decoded(changed.toString('base64')), invalid)
  }
  for (const cut of [1, 4, 20, encoded.length - 4]) await assert.rejects(decoded(encoded.slice(0, -cut)), invalid)
  const elsewhere = await openFrontDoor(account)
  await assert.rejects(decoded(encoded, elsewhere), invalid)
  await elsewhere.close()
  for (const wrong of ['x', `${encoded}\n`, ` ${encoded}`, `${encoded}AAAA`])
    await assert.rejects(decoded(wrong), invalid)
  await assert.rejects(decoded('A'.repeat(10_241)), { name: 'ValidationError' })
  door.pass(24 * 3_600_000)
  await assert.rejects(decoded(encoded), invalid)
})

test('a session token is no message, and a message is no session token', async () => {
  const { Credentials } = await door.as(door.administrator).sts.send(new GetSessionTokenCommand({}))
  await assert.rejects(decoded(Credentials?.SessionToken ?? ''), invalid)
  const session = door.as({ ...temporary(Credentials), sessionToken: await message() })
  await assert.rejects(session.sts.send(new GetCallerIdentityCommand({})), { name: 'InvalidClientTokenId' })
})

test('a message of a very large request still fits', async () => {
  const chance = () => Array.from({ length: 400 }, () => Math.random().toString(36)[2] ?? '').join('')
  const context = Object.fromEntries(Array.from({ length: 100 }, (_, index) => [`ec2:key${index}`, chance()]))
  const encoded = await message(context)
  assert.ok(encoded.length <= 10_240)
  assert.equal((await decoded(encoded)).allowed, false)
})
