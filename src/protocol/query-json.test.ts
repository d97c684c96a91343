import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { CreateVirtualMFADeviceCommand, GetUserCommand, TagUserCommand } from '@aws-sdk/client-iam'
import { answer } from '#server'
import { openFrontDoor } from '../../test/front-door.ts'
import type { HttpRequest } from './http.ts'
import { wantsJson } from './query-json.ts'
import { signRequest } from './sign.ts'

const door = await openFrontDoor()
after(() => door.close())

/** Asks an account's service with an `Accept` header of its own. */
async function ask(form: string, accept: string | undefined, service = 'iam') {
  const plain = { host: 'cardea.test', 'content-type': 'application/x-www-form-urlencoded' }
  const parts = { method: 'POST', path: '/', query: '', headers: plain, body: new TextEncoder().encode(form) }
  const scope = { region: 'us-east-1', service }
  const signed = signRequest({ ...parts, credentials: door.administrator, scope, now: door.now() })
  const all = accept === undefined ? signed : { ...signed, accept }
  const headers = Object.fromEntries(Object.entries(all).map(([name, value]) => [name, [value]]))
  const request: HttpRequest = { ...parts, headers, remoteAddress: '203.0.113.9', secure: false }
  return answer(request, door.house)
}

const version = 'Version=2010-05-08'

test('an answer is JSON when the request accepts that alone, and XML otherwise', async () => {
  const whoAmI = 'Action=GetCallerIdentity&Version=2011-06-15'
  const { status, headers, body } = await ask(whoAmI, 'application/json', 'sts')
  assert.deepEqual([status, headers['content-type']], [200, 'application/json'])
  const { GetCallerIdentityResponse: said } = JSON.parse(String(body))
  const Arn = `arn:aws:iam::${door.account}:user/administrator`
  assert.equal(said.GetCallerIdentityResult.Arn, Arn)
  assert.deepEqual(Object.keys(said.GetCallerIdentityResult).sort(), ['Account', 'Arn', 'UserId'])
  assert.deepEqual(said.ResponseMetadata, { RequestId: headers['x-amzn-requestid'] })
  for (const accept of [undefined, '*/*', 'text/xml', 'application/json, text/plain, */*'])
    assert.match(String((await ask(whoAmI, accept, 'sts')).body), /^<GetCallerIdentityResponse xmlns=/)
})

test('lists, moments and bytes have the forms of JSON, and what is absent is left out', async () => {
  const Tags = [{ Key: 'a=b', Value: '' }]
  await door.iam.send(new TagUserCommand({ UserName: 'administrator', Tags }))
  const { body } = await ask(`Action=GetUser&${version}&UserName=administrator`, 'Application/JSON; charset=utf-8')
  const { User } = JSON.parse(String(body)).GetUserResponse.GetUserResult
  const { User: known } = await door.iam.send(new GetUserCommand({ UserName: 'administrator' }))
  assert.equal(User.CreateDate * 1000, known?.CreateDate?.getTime())
  assert.deepEqual(User.Tags, Tags)
  assert.ok(!('PasswordLastUsed' in User))
  const made = await ask(`Action=CreateVirtualMFADevice&${version}&VirtualMFADeviceName=a`, 'application/json')
  const device = JSON.parse(String(made.body)).CreateVirtualMFADeviceResponse.CreateVirtualMFADeviceResult
  assert.match(Buffer.from(device.VirtualMFADevice.Base32StringSeed, 'base64').toString(), /^[A-Z2-7]+=*$/)
  const other = await door.iam.send(new CreateVirtualMFADeviceCommand({ VirtualMFADeviceName: 'b' }))
  assert.equal(other.VirtualMFADevice?.Base32StringSeed?.length, 64)
})

test('an operation without a result answers with its request id alone', async () => {
  const { body } = await ask(
    `Action=UntagUser&${version}&UserName=administrator&TagKeys.member.1=x`,
    'application/json',
  )
  assert.deepEqual(Object.keys(JSON.parse(String(body)).UntagUserResponse), ['ResponseMetadata'])
})

test('a refusal is JSON too', async () => {
  const { status, headers, body } = await ask(`Action=GetUser&${version}&UserName=nobody`, 'application/json')
  assert.equal(status, 404)
  const Message = 'The user with name nobody cannot be found.'
  const RequestId = headers['x-amzn-requestid']
  assert.deepEqual(JSON.parse(String(body)), { Error: { Code: 'NoSuchEntity', Message, Type: 'Sender' }, RequestId })
})

test('an Accept header that is repeated or longer is not taken for JSON', () => {
  const accepting = (...accept: string[]) =>
    wantsJson({
      method: 'GET',
      path: '/',
      query: '',
      headers: { accept },
      body: new Uint8Array(),
      remoteAddress: '',
      secure: false,
    })
  assert.equal(accepting(' application/json '), true)
  assert.equal(accepting('application/json', 'application/json'), false)
  assert.equal(accepting('application/jsonx'), false)
  assert.equal(accepting(), false)
})
