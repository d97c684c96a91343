import assert from 'node:assert/strict'
import { once } from 'node:events'
import { request as requestTls } from 'node:https'
import { after, test } from 'node:test'
import { CloudTrailClient, LookupEventsCommand } from '@aws-sdk/client-cloudtrail'
import {
  CreateAccessKeyCommand,
  CreateLoginProfileCommand,
  CreateServiceSpecificCredentialCommand,
  CreateUserCommand,
  CreateVirtualMFADeviceCommand,
  EnableMFADeviceCommand,
  GetUserCommand,
  ResetServiceSpecificCredentialCommand,
  TagUserCommand,
  UpdateLoginProfileCommand,
  UploadServerCertificateCommand,
} from '@aws-sdk/client-iam'
import { GetFederationTokenCommand, GetSessionTokenCommand } from '@aws-sdk/client-sts'
import { signRequest } from '#protocol'
import { listen } from '#server'
import type { KeptRecord } from '#store'
import { issue } from '../certificate.ts'
import { handlerOf, openFrontDoor } from '../front-door.ts'
import { assume, makeRole } from '../server/role.ts'

const door = await openFrontDoor()
after(() => door.close())
const { account, store, iam, sts } = door

async function records(): Promise<readonly KeptRecord[]> {
  await store.flush()
  return store.read(({ audit }) => audit.list(account, { limit: 1000 }))
}

/** All that the audit trail holds, as one text. */
async function everything(): Promise<string> {
  const all = await records()
  const refs = JSON.stringify(all).match(/(?<=")[\w-]{43}(?=")/g) ?? []
  const found = await store.read(async ({ audit }) => {
    const first = await audit.texts([...new Set(refs)])
    const second = [...first.values()].flatMap((text) => text.match(/(?<=")[\w-]{43}(?=")/g) ?? [])
    return [...first.values(), ...(await audit.texts([...new Set(second)])).values()]
  })
  return JSON.stringify([all, found])
}

test('no secret that goes in or comes out is in a record, or in what records refer to', async () => {
  await iam.send(new CreateUserCommand({ UserName: 'ann' }))
  const secrets: (string | undefined)[] = ['Passw0rd-one!', 'Passw0rd-two!', '123456', '654321']
  await iam.send(new CreateLoginProfileCommand({ UserName: 'ann', Password: secrets[0] }))
  await iam.send(new UpdateLoginProfileCommand({ UserName: 'ann', Password: secrets[1] }))
  const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName: 'ann' }))
  secrets.push(AccessKey?.SecretAccessKey)
  const service = { UserName: 'ann', ServiceName: 'codecommit.amazonaws.com' }
  const made = await iam.send(new CreateServiceSpecificCredentialCommand(service))
  const { ServicePassword, ServiceSpecificCredentialId } = made.ServiceSpecificCredential ?? {}
  const reset = await iam.send(
    new ResetServiceSpecificCredentialCommand({ UserName: 'ann', ServiceSpecificCredentialId }),
  )
  secrets.push(ServicePassword, reset.ServiceSpecificCredential?.ServicePassword)
  const { VirtualMFADevice } = await iam.send(new CreateVirtualMFADeviceCommand({ VirtualMFADeviceName: 'phone' }))
  const seed = Buffer.from(VirtualMFADevice?.Base32StringSeed ?? []).toString()
  secrets.push(seed, Buffer.from(seed).toString('base64'))
  const codes = { AuthenticationCode1: '123456', AuthenticationCode2: '654321' }
  const device = { UserName: 'ann', SerialNumber: VirtualMFADevice?.SerialNumber, ...codes }
  await assert.rejects(iam.send(new EnableMFADeviceCommand(device)))
  const { body, privateKey } = issue({ subject: 'ann', from: door.now() - 1000, to: door.now() + 86_400_000 })
  const certificate = { ServerCertificateName: 'ann', CertificateBody: body, PrivateKey: privateKey }
  await iam.send(new UploadServerCertificateCommand(certificate))
  secrets.push(privateKey.split('\n')[1])
  const role = await assume(door, await makeRole(door, { name: 'r', trust: { AWS: account } }))
  const federated = await sts.send(new GetFederationTokenCommand({ Name: 'fed', DurationSeconds: 900 }))
  const session = await sts.send(new GetSessionTokenCommand({}))
  for (const { SecretAccessKey, SessionToken } of [federated.Credentials, session.Credentials].flatMap(
    (one) => one ?? [],
  ))
    secrets.push(SecretAccessKey, SessionToken)
  secrets.push(role.secretAccessKey, role.sessionToken)
  await door
    .as(role)
    .sts.send(new GetFederationTokenCommand({ Name: 'no' }))
    .catch(() => undefined)
  const text = await everything()
  assert.ok(text.includes('GetFederationToken') && text.includes(AccessKey?.AccessKeyId ?? 'none'))
  for (const secret of secrets) {
    assert.ok(secret !== undefined && secret.length >= 6)
    assert.ok(!text.includes(JSON.stringify(secret).slice(1, -1)), `a secret of ${secret.length} characters`)
  }
})

test('halves of characters, NUL and line ends are kept so that the trail still proves itself', async () => {
  const client = new CloudTrailClient({
    ...{ region: 'us-east-1', credentials: door.administrator, endpoint: 'http://cardea.test', maxAttempts: 1 },
    systemClockOffset: door.now() - Date.now(),
    requestHandler: handlerOf(door.house),
  })
  const value = 'a\ud800b\u0000c\nd\u202e'
  await client.send(
    new LookupEventsCommand({ LookupAttributes: [{ AttributeKey: 'Username', AttributeValue: value }] }),
  )
  await iam.send(new TagUserCommand({ UserName: 'ann', Tags: [{ Key: 'café', Value: '漢字 = x' }] }))
  const all = await records()
  const [tagged, looked] = ['TagUser', 'LookupEvents'].map((name) => all.find(({ eventName }) => eventName === name))
  assert.deepEqual(tagged?.request?.['Tags'], [{ Key: 'café', Value: '漢字 = x' }])
  assert.match(JSON.stringify(looked?.request), /a.*b\\u0000c\\nd/)
  const { problems } = await store.trail.verify()
  assert.deepEqual(problems, [])
})

test('a very long name of a resource and of a program are cut, and large parameters left out', async () => {
  const agent = { host: 'cardea.test', 'content-type': 'application/x-www-form-urlencoded' }
  const form = `Action=GetUser&Version=2010-05-08&UserName=${'x'.repeat(150_000)}`
  const body = new TextEncoder().encode(form)
  const parts = { method: 'POST', path: '/', query: '', headers: agent, body }
  const scope = { region: 'us-east-1', service: 'iam' }
  const signed = signRequest({ ...parts, credentials: door.administrator, scope, now: door.now() })
  const headers = Object.fromEntries(Object.entries(signed).map(([name, value]) => [name, [value]]))
  const { answer } = await import('#server')
  const long = { ...headers, 'user-agent': ['y'.repeat(20_000)] }
  await answer({ ...parts, headers: long, remoteAddress: '203.0.113.9', secure: false }, door.house)
  const [record] = await records()
  assert.equal(record?.eventName, 'GetUser')
  assert.equal(record?.userAgent?.length, 1001)
  assert.ok(JSON.stringify(record).length < 10_000)
})

test('a call over TLS tells how it was encrypted, and which host it asked for', async () => {
  const { body, privateKey } = issue({ subject: 'localhost', from: Date.now() - 1000, to: Date.now() + 86_400_000 })
  const listening = await listen(door.house, { host: '127.0.0.1', port: 0, tls: { cert: body, key: privateKey } })
  try {
    const form = new TextEncoder().encode('Action=GetUser&Version=2010-05-08&UserName=ann')
    const host = `localhost:${listening.port}`
    const plain = { host, 'content-type': 'application/x-www-form-urlencoded', referer: 'https://console.example/' }
    const parts = { method: 'POST', path: '/', query: '', headers: plain, body: form }
    const scope = { region: 'us-east-1', service: 'iam' }
    const headers = signRequest({ ...parts, credentials: door.administrator, scope, now: door.now() })
    const sent = requestTls(listening.url, { method: 'POST', headers, ca: body, checkServerIdentity: () => undefined })
    sent.end(form)
    const [response] = await once(sent, 'response')
    assert.equal(response.resume().statusCode, 200)
    const [record] = await records()
    assert.equal(record?.more?.tls?.version, 'TLSv1.3')
    assert.match(record?.more?.tls?.cipher ?? '', /^TLS_/)
    assert.equal(record?.more?.tls?.host, host)
    assert.equal(record?.more?.referer, 'https://console.example/')
  } finally {
    await listening.stop()
  }
})

test('a read says nothing of its answer, and a change says what it made', async () => {
  await iam.send(new GetUserCommand({ UserName: 'ann' }))
  const [read] = await records()
  assert.equal(read?.more?.response, undefined)
})
