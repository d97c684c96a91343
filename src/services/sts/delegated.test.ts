import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import {
  AcceptDelegationRequestCommand,
  AssociateDelegationRequestCommand,
  AttachUserPolicyCommand,
  CreateAccessKeyCommand,
  CreateDelegationRequestCommand,
  CreatePolicyCommand,
  CreateUserCommand,
  DeleteAccessKeyCommand,
  DeleteUserCommand,
  DetachUserPolicyCommand,
  ListRolesCommand,
  ListUsersCommand,
  SendDelegationTokenCommand,
} from '@aws-sdk/client-iam'
import {
  DecodeAuthorizationMessageCommand,
  GetCallerIdentityCommand,
  GetDelegatedAccessTokenCommand,
  GetFederationTokenCommand,
} from '@aws-sdk/client-sts'
import { sealTradeIn } from '#access'
import { createLog } from '#server'
import { delegationToken } from '#services'
import { type Credentials, openFrontDoor } from '../../../test/front-door.ts'

const lines: string[] = []
const log = createLog('debug', { write: (line) => lines.push(line) })
const door = await openFrontDoor('111122223333', { log })
const abroad = await openFrontDoor()
after(() => Promise.all([door.close(), abroad.close()]))
const { account, store } = door
const partner = '444455556666'
const partnerKey = await door.addAccount(partner)
const stranger = await door.addAccount('777788889999')
const hour = 3_600_000

const { Policy } = await door.as(partnerKey).iam.send(
  new CreatePolicyCommand({
    PolicyName: 'Setup',
    PolicyDocument: JSON.stringify({
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Action: ['iam:ListUsers', 's3:*'], Resource: '*' }],
    }),
  }),
)

let workflows = 0

/** A request that an owner has accepted and whose token was sent. */
async function sent(owner: Credentials, more: object = {}): Promise<string> {
  workflows += 1
  const { DelegationRequestId = '' } = await door.as(partnerKey).iam.send(
    new CreateDelegationRequestCommand({
      OwnerAccountId: account,
      Description: 'Set up the connector.',
      Permissions: { PolicyTemplateArn: Policy?.Arn, Parameters: [] },
      RequestorWorkflowId: `workflow-${workflows}`,
      NotificationChannel: `arn:aws:sns:us-east-1:${partner}:delegations`,
      SessionDuration: 3600,
      ...more,
    }),
  )
  const { iam } = door.as(owner)
  await iam.send(new AssociateDelegationRequestCommand({ DelegationRequestId }))
  await iam.send(new AcceptDelegationRequestCommand({ DelegationRequestId }))
  await iam.send(new SendDelegationTokenCommand({ DelegationRequestId }))
  return DelegationRequestId
}

async function tokenOf(id: string): Promise<string> {
  return (await delegationToken(store, { id, now: door.now() })).token
}

function trade(TradeInToken: string, credentials: Credentials = partnerKey) {
  return door.as(credentials).sts.send(new GetDelegatedAccessTokenCommand({ TradeInToken }))
}

function taken(answer: Awaited<ReturnType<typeof trade>>): Credentials {
  const { AccessKeyId = '', SecretAccessKey = '', SessionToken = '' } = answer.Credentials ?? {}
  return { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken }
}

async function newUser(name: string): Promise<Credentials> {
  const { iam } = door.as(door.administrator)
  await iam.send(new CreateUserCommand({ UserName: name }))
  await iam.send(new AttachUserPolicyCommand({ UserName: name, PolicyArn: administrators }))
  const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName: name }))
  return { accessKeyId: AccessKey?.AccessKeyId ?? '', secretAccessKey: AccessKey?.SecretAccessKey ?? '' }
}

const administrators = 'arn:aws:iam::aws:policy/AdministratorAccess'

test('a token is traded in, again and again, for what its approver and the request both allow', async () => {
  const token = await tokenOf(await sent(door.administrator))
  for (const answer of [await trade(token), await trade(token)]) {
    assert.equal(answer.AssumedPrincipal, `arn:aws:iam::${account}:user/administrator`)
    assert.equal(answer.PackedPolicySize, undefined)
    assert.equal(answer.Credentials?.Expiration?.getTime(), door.now() + hour)
    const { iam, sts } = door.as(taken(answer))
    assert.equal((await sts.send(new GetCallerIdentityCommand({}))).Account, account)
    await iam.send(new ListUsersCommand({}))
    await assert.rejects(iam.send(new ListRolesCommand({})), {
      name: 'AccessDenied',
      message: /because no session policy allows the iam:ListRoles action$/,
    })
    await assert.rejects(sts.send(new GetFederationTokenCommand({ Name: 'eve' })), { name: 'AccessDenied' })
  }
})

test('the credentials of a delegation that the root approved are held to its permissions', async () => {
  const answer = await trade(await tokenOf(await sent(door.root)))
  assert.equal(answer.AssumedPrincipal, `arn:aws:iam::${account}:root`)
  const { iam } = door.as(taken(answer))
  await iam.send(new ListUsersCommand({}))
  await assert.rejects(iam.send(new ListRolesCommand({})), { name: 'AccessDenied' })
})

test('the approver does not give away more than it has, and what it loses is lost', async () => {
  const id = await sent(await newUser('mia'))
  const { iam } = door.as(taken(await trade(await tokenOf(id))))
  await iam.send(new ListUsersCommand({}))
  await door.iam.send(new DetachUserPolicyCommand({ UserName: 'mia', PolicyArn: administrators }))
  await assert.rejects(iam.send(new ListUsersCommand({})), {
    name: 'AccessDenied',
    message: /no identity-based policy/,
  })
})

test('credentials end with the delegation, and then its token is expired', async () => {
  const token = await tokenOf(await sent(door.administrator))
  door.pass(hour - 60_000)
  const late = await trade(token)
  assert.equal(late.Credentials?.Expiration?.getTime(), door.now() + 60_000)
  door.pass(60_000)
  await assert.rejects(trade(token), { name: 'ExpiredTradeInTokenException' })
  await assert.rejects(door.as(taken(late)).sts.send(new GetCallerIdentityCommand({})), { name: 'ExpiredToken' })
})

async function refused(token: string, why: RegExp, credentials: Credentials = partnerKey): Promise<void> {
  lines.length = 0
  await assert.rejects(trade(token, credentials), {
    name: 'ValidationError',
    message: 'The trade-in token is not valid.',
  })
  const told = lines.map((line): { detail?: string } => JSON.parse(line)).find(({ detail }) => detail !== undefined)
  assert.match(told?.detail ?? '', why)
  assert.ok(!lines.join('').includes(token), 'the token is in the log')
}

test('what is no token of this installation is refused, and the log says why', async () => {
  const id = await sent(door.administrator)
  const token = await tokenOf(id)
  const bytes = Buffer.from(token, 'base64')
  for (let index = 0; index < bytes.length; index += 7) {
    const changed = Buffer.from(bytes)
    changed[index] = (changed[index] ?? 0) ^ 1
    await refused(changed.toString('base64'), /^the token was changed, or another installation made it$/)
  }
  const { sessionToken = '' } = taken(await trade(token))
  const foreign = sealTradeIn({ delegation: id, sentAt: door.now() }, abroad.store.tokenKeys)
  for (const other of [token.slice(0, -4), `${token}AAAA`, sessionToken, foreign, 'x'.repeat(9000)])
    await refused(other, /^the token was changed, or another installation made it$/)
  await refused(sealTradeIn({ delegation: id, sentAt: 1 }, store.tokenKeys), /^the delegation request is FINALIZED$/)
  await refused(sealTradeIn({ delegation: 'dr-none', sentAt: 1 }, store.tokenKeys), /is not there$/)
  await refused(token, /^the token was sent to the account 444455556666$/, stranger)
  await refused(token, /^the token was sent to the account 444455556666$/, door.administrator)
})

test('a trade-in token is no session token and no message', async () => {
  const token = await tokenOf(await sent(door.administrator))
  const { accessKeyId, secretAccessKey } = taken(await trade(token))
  await assert.rejects(
    door.as({ accessKeyId, secretAccessKey, sessionToken: token }).sts.send(new GetCallerIdentityCommand({})),
    { name: 'InvalidClientTokenId' },
  )
  await assert.rejects(
    door.as(door.administrator).sts.send(new DecodeAuthorizationMessageCommand({ EncodedMessage: token })),
    {
      name: 'InvalidAuthorizationMessageException',
    },
  )
})

test('the token of a request whose approver is gone is refused, also when another has the name', async () => {
  const key = await newUser('leo')
  const token = await tokenOf(await sent(key))
  const { iam } = door.as(door.administrator)
  const session = taken(await trade(token))
  await iam.send(new DeleteAccessKeyCommand({ UserName: 'leo', AccessKeyId: key.accessKeyId }))
  await iam.send(new DetachUserPolicyCommand({ UserName: 'leo', PolicyArn: administrators }))
  await iam.send(new DeleteUserCommand({ UserName: 'leo' }))
  await newUser('leo')
  await refused(token, /user\/leo, who accepted the delegation request, is gone$/)
  await assert.rejects(door.as(session).iam.send(new ListUsersCommand({})), { name: 'InvalidClientTokenId' })
})

test('the operator is given no token of a request that is not there, not sent, or over', async () => {
  const at = (id: string) => delegationToken(store, { id, now: door.now() })
  await assert.rejects(at('dr-none'), { code: 'NoSuchEntity' })
  const id = await sent(door.administrator)
  await at(id)
  door.pass(hour)
  await assert.rejects(at(id), { code: 'ValidationError', message: /it is over/ })
})
