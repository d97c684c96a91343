import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { after, test } from 'node:test'
import {
  CreateAccessKeyCommand,
  CreateServiceSpecificCredentialCommand,
  CreateUserCommand,
  DeleteServiceSpecificCredentialCommand,
  DeleteUserCommand,
  ListServiceSpecificCredentialsCommand,
  PutUserPolicyCommand,
  ResetServiceSpecificCredentialCommand,
  UpdateServiceSpecificCredentialCommand,
} from '@aws-sdk/client-iam'
import { openFrontDoor, opening } from '../../../test/front-door.ts'

const door = await openFrontDoor()
after(() => door.close())
const { iam, account } = door
const day = 86_400_000

async function user(UserName: string) {
  await iam.send(new CreateUserCommand({ UserName }))
  return UserName
}

async function create(UserName: string, service: string, CredentialAgeDays?: number) {
  const asked = { UserName, ServiceName: `${service}.amazonaws.com`, CredentialAgeDays }
  const { ServiceSpecificCredential } = await iam.send(new CreateServiceSpecificCredentialCommand(asked))
  assert.ok(ServiceSpecificCredential)
  return ServiceSpecificCredential
}

test('a name and a password are made for a service, and the password is shown once', async () => {
  const UserName = await user('coder')
  const { ServicePassword = '', ...shown } = await create(UserName, 'codecommit')
  assert.match(ServicePassword, /^[A-Za-z0-9+/]{44}$/)
  assert.match(shown.ServiceSpecificCredentialId ?? '', /^ACCA[A-Z2-7]{17}$/)
  const expected = {
    CreateDate: new Date(opening),
    ServiceName: 'codecommit.amazonaws.com',
    ServiceUserName: `coder-at-${account}`,
    ServiceSpecificCredentialId: shown.ServiceSpecificCredentialId,
    UserName,
    Status: 'Active',
  }
  assert.deepEqual(shown, expected)
  const listed = await iam.send(new ListServiceSpecificCredentialsCommand({ UserName }))
  assert.deepEqual(listed.ServiceSpecificCredentials, [expected])
  const { ServiceUserName } = await create(UserName, 'codecommit')
  assert.equal(ServiceUserName, `coder+1-at-${account}`)
  await door.store.flush()
  const records = await door.store.read(({ audit }) => audit.list(account, { limit: 1000 }))
  assert.equal(JSON.stringify(records).includes(ServicePassword), false)
})

test('a user has two credentials for each service', async () => {
  const UserName = await user('full')
  for (const service of ['codecommit', 'codecommit', 'cassandra']) await create(UserName, service)
  await assert.rejects(create(UserName, 'codecommit'), {
    name: 'LimitExceededException',
    message: 'Cannot exceed quota for ServiceSpecificCredentialsPerUser: 2',
  })
})

test('a key for Bedrock expires after its days, and says so', async () => {
  const UserName = await user('model')
  const made = await create(UserName, 'bedrock', 30)
  assert.match(made.ServiceCredentialSecret ?? '', /^ABSK/)
  assert.equal(made.ServiceCredentialAlias, `model-at-${account}`)
  assert.equal(made.ExpirationDate?.getTime(), opening + 30 * day)
  const status = async () => {
    const { iam: now } = door.as(door.administrator)
    const listed = await now.send(new ListServiceSpecificCredentialsCommand({ UserName }))
    return listed.ServiceSpecificCredentials?.map(({ Status }) => Status)
  }
  assert.deepEqual(await status(), ['Active'])
  door.pass(30 * day)
  assert.deepEqual(await status(), ['Expired'])
  door.pass(-30 * day)
  await assert.rejects(create(UserName, 'codecommit', 30), { name: 'ValidationError' })
})

test('a service without such credentials is refused', async () => {
  const UserName = await user('elsewhere')
  const refused = {
    name: 'ServiceNotSupportedException',
    message: 'The service s3.amazonaws.com does not support service-specific credentials.',
  }
  await assert.rejects(create(UserName, 's3'), refused)
  const asked = new ListServiceSpecificCredentialsCommand({ UserName, ServiceName: 's3.amazonaws.com' })
  await assert.rejects(iam.send(asked), refused)
})

test('a credential gets a new secret, is switched off and on, and is deleted', async () => {
  const UserName = await user('changing')
  const made = await create(UserName, 'cassandra')
  const named = { UserName, ServiceSpecificCredentialId: made.ServiceSpecificCredentialId }
  const { ServiceSpecificCredential: again } = await iam.send(new ResetServiceSpecificCredentialCommand(named))
  assert.notEqual(again?.ServicePassword, made.ServicePassword)
  const id = made.ServiceSpecificCredentialId ?? ''
  const kept = await door.store.read(({ serviceCredentials }) => serviceCredentials.byId(id))
  assert.equal(
    kept?.secretHash,
    createHash('sha256')
      .update(again?.ServicePassword ?? '')
      .digest('hex'),
  )
  await iam.send(new UpdateServiceSpecificCredentialCommand({ ...named, Status: 'Inactive' }))
  const { ServiceSpecificCredentials } = await iam.send(new ListServiceSpecificCredentialsCommand({ UserName }))
  assert.deepEqual(
    ServiceSpecificCredentials?.map(({ Status }) => Status),
    ['Inactive'],
  )
  await assert.rejects(iam.send(new DeleteUserCommand({ UserName })), {
    message: 'Cannot delete entity, must delete referenced objects first.',
  })
  await iam.send(new DeleteServiceSpecificCredentialCommand(named))
  await assert.rejects(iam.send(new DeleteServiceSpecificCredentialCommand(named)), {
    name: 'NoSuchEntityException',
    message: `No such credential ${id} exists`,
  })
})

test('all credentials of the account are listed page by page, each with its user', async () => {
  const other = await openFrontDoor('222233334444')
  for (const UserName of ['u', 'v', 'w']) {
    await other.iam.send(new CreateUserCommand({ UserName }))
    const asked = { UserName, ServiceName: 'codecommit.amazonaws.com' }
    await other.iam.send(new CreateServiceSpecificCredentialCommand(asked))
  }
  const found: (string | undefined)[] = []
  let Marker: string | undefined
  do {
    const page = await other.iam.send(
      new ListServiceSpecificCredentialsCommand({ AllUsers: true, MaxItems: 2, Marker }),
    )
    found.push(...(page.ServiceSpecificCredentials ?? []).map(({ UserName }) => UserName))
    Marker = page.Marker
  } while (Marker !== undefined)
  assert.deepEqual(found.sort(), ['u', 'v', 'w'])
  await other.close()
})

test('a policy may depend on the service and the days of a credential', async () => {
  const UserName = await user('bound')
  const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName }))
  const own = door.as({
    accessKeyId: AccessKey?.AccessKeyId ?? '',
    secretAccessKey: AccessKey?.SecretAccessKey ?? '',
  }).iam
  const Statement = {
    Effect: 'Allow',
    Action: ['iam:CreateServiceSpecificCredential', 'iam:DeleteServiceSpecificCredential'],
    Resource: '*',
    Condition: {
      StringEquals: { 'iam:ServiceSpecificCredentialServiceName': 'bedrock.amazonaws.com' },
      NumericLessThanEqualsIfExists: { 'iam:ServiceSpecificCredentialAgeDays': '90' },
    },
  }
  const PolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement })
  await iam.send(new PutUserPolicyCommand({ UserName, PolicyName: 'p', PolicyDocument }))
  const ask = (ServiceName: string, CredentialAgeDays?: number) =>
    own.send(new CreateServiceSpecificCredentialCommand({ UserName, ServiceName, CredentialAgeDays }))
  await assert.rejects(ask('codecommit.amazonaws.com'), { name: 'AccessDenied' })
  await assert.rejects(ask('bedrock.amazonaws.com', 91), { name: 'AccessDenied' })
  const { ServiceSpecificCredential } = await ask('bedrock.amazonaws.com', 90)
  const { ServiceSpecificCredentialId } = ServiceSpecificCredential ?? {}
  await own.send(new DeleteServiceSpecificCredentialCommand({ UserName, ServiceSpecificCredentialId }))
  const other = await create(UserName, 'codecommit')
  const theirs = { UserName, ServiceSpecificCredentialId: other.ServiceSpecificCredentialId }
  await assert.rejects(own.send(new DeleteServiceSpecificCredentialCommand(theirs)), { name: 'AccessDenied' })
})
