import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as iam from '@aws-sdk/client-iam'
import * as sts from '@aws-sdk/client-sts'
import fc from 'fast-check'
import { type Member, modelOf, type ServiceModel } from '#models'
import { Fault } from './fault.ts'
import { readForm } from './form.ts'
import type { HttpRequest, HttpResponse } from './http.ts'
import { operationOf, query } from './query.ts'
import type { Call } from './wire.ts'

/** The part of the SDK's request that a handler reads. */
interface SdkRequest {
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
}

/** A client's command in general. */
interface Sdk {
  send(command: object): Promise<Record<string, unknown>>
}

const services = { iam: modelOf('iam'), sts: modelOf('sts') }
const credentials = { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'secret' }

/** Sends a command with the real SDK and answers it; gives what was received and what the SDK made of the answer. */
async function exchange(service: keyof typeof services, name: string, message: { input: object; answer: Answering }) {
  let received: HttpRequest | undefined
  const requestHandler = {
    async handle({ headers, body = '' }: SdkRequest) {
      received = requestOf(body, headers)
      const { status, headers: answered, body: text } = message.answer(received)
      const bytes = new TextEncoder().encode(String(text))
      return { response: { statusCode: status, headers: { ...answered }, body: bytes } }
    },
    destroy: () => undefined,
    metadata: { handlerProtocol: 'http/1.1' },
    updateHttpClientConfig: () => undefined,
    httpHandlerConfigs: () => ({}),
  }
  const config = { region: 'us-east-1', credentials, endpoint: 'http://cardea.test', maxAttempts: 1, requestHandler }
  // The commands are named at run time, so that every operation is tried.
  const client = (service === 'iam' ? new iam.IAMClient(config) : new sts.STSClient(config)) as unknown as Sdk
  const Command = Reflect.get(service === 'iam' ? iam : sts, `${name}Command`) as new (input: object) => object
  const { $metadata, ...output } = await client.send(new Command(message.input))
  return { received: received ?? assert.fail('nothing was sent'), output, $metadata }
}

type Answering = (request: HttpRequest) => HttpResponse

function requestOf(body: string, headers: Readonly<Record<string, string>>): HttpRequest {
  return {
    method: 'POST',
    path: '/',
    query: '',
    headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), [value]])),
    body: new TextEncoder().encode(body),
    remoteAddress: '203.0.113.9',
    secure: false,
  }
}

function callOf(request: HttpRequest): Call {
  return { ...operationOf(readForm(request), Object.values(services)), form: query }
}

/** What the server reads when the SDK sends this input. */
async function readBack(service: keyof typeof services, name: string, input: object): Promise<object> {
  const answer: Answering = (request) => query.write({}, callOf(request), 'id')
  const { received } = await exchange(service, name, { input, answer })
  const call = callOf(received)
  assert.equal(call.operation.name, name)
  // A map has no prototype; the clone has one, as the SDK's values have.
  return structuredClone(query.read(received, call))
}

/** What the SDK makes of this output. */
async function shownBack(service: keyof typeof services, name: string, output: object) {
  const [input = {}] = samples(service, services[service].operations[name]?.input, 1)
  const answer: Answering = (request) => query.write(output, callOf(request), 'request-1')
  return exchange(service, name, { input, answer })
}

/** The same values in every run. */
function samples(service: keyof typeof services, shape: string | undefined, count: number): readonly object[] {
  if (shape === undefined) return [{}]
  return fc
    .sample(arbitraryOf(services[service], { shape }), { numRuns: count, seed: 7 })
    .filter((value) => typeof value === 'object')
}

/** Values of a shape; lists and texts small, structures that contain themselves cut off. */
function arbitraryOf(
  model: ServiceModel,
  use: Pick<Member, 'shape'>,
  depth = 0,
): fc.Arbitrary<object | string | number | boolean> {
  const shape = model.shapes[use.shape] ?? assert.fail(use.shape)
  switch (shape.type) {
    case 'structure': {
      const plain = (name: string) => !/list|structure|map/.test(model.shapes[name]?.type ?? '')
      const members = Object.entries(shape.members).filter(([, member]) => depth < 4 || plain(member.shape))
      // The SDK does not send an empty structure within a list.
      const always = members.slice(0, depth === 0 ? 0 : 1).map(([name]) => name)
      const required = [...(shape.required ?? []), ...always].filter((name) => members.some(([one]) => one === name))
      return fc.record(
        Object.fromEntries(members.map(([name, member]) => [name, arbitraryOf(model, member, depth + 1)])),
        { requiredKeys: [...new Set(required)], noNullPrototype: true },
      )
    }
    case 'list':
      return fc.array(arbitraryOf(model, shape.member, depth + 1), { minLength: 1, maxLength: 3 })
    case 'map':
      return fc.dictionary(text, arbitraryOf(model, shape.value, depth + 1), {
        minKeys: 1,
        maxKeys: 3,
        noNullPrototype: true,
      })
    case 'boolean':
      return fc.boolean()
    case 'timestamp':
      return fc.integer({ min: 0, max: 4_000_000_000 }).map((seconds) => new Date(seconds * 1_000))
    case 'blob':
      return fc.uint8Array({ minLength: 1, maxLength: 9 })
    case 'string':
      return text
    default:
      return fc.integer({ min: -1_000_000, max: 1_000_000 })
  }
}

/** Texts with everything that has a meaning in a form or in XML. */
const text = fc
  .string({ minLength: 1, maxLength: 12, unit: fc.constantFrom(...'aZ09 +%&=.,;<>"\'/\\#?~*é€😀\n\t\r') })
  .map((inner) => `x${inner}x`)

async function eachOperation(test: (service: keyof typeof services, name: string) => Promise<void>) {
  for (const service of ['iam', 'sts'] as const)
    for (const name of Object.keys(services[service].operations)) await test(service, name)
}

test('whatever the SDK sends for any operation of IAM and STS is read as it was meant', async () => {
  await eachOperation(async (service, name) => {
    for (const input of samples(service, services[service].operations[name]?.input, 4))
      assert.deepEqual(await readBack(service, name, input), input, `${service}:${name}`)
  })
})

test('the SDK reads the answer of any operation of IAM and STS as it was written', async () => {
  await eachOperation(async (service, name) => {
    for (const output of samples(service, services[service].operations[name]?.output, 4)) {
      const { output: read, $metadata } = await shownBack(service, name, output)
      assert.deepEqual(read, output, `${service}:${name}`)
      assert.equal(Reflect.get(Object($metadata), 'requestId'), 'request-1')
    }
  })
})

test('inputs of the everyday operations are read', async () => {
  const inputs: readonly (readonly [keyof typeof services, string, object])[] = [
    [
      'iam',
      'CreateUser',
      {
        UserName: 'anna',
        Path: '/a b/',
        Tags: [
          { Key: 'k&=+', Value: '' },
          { Key: 'é', Value: '😀' },
        ],
      },
    ],
    ['iam', 'CreateUser', { UserName: 'anna', Tags: [] }],
    [
      'iam',
      'CreateRole',
      { RoleName: 'r', AssumeRolePolicyDocument: '{\n\t"Version": "2012-10-17"\r\n}', MaxSessionDuration: 3600 },
    ],
    ['iam', 'ListUsers', {}],
    [
      'iam',
      'SimulateCustomPolicy',
      {
        PolicyInputList: ['{}', '{ }'],
        ActionNames: ['s3:GetObject'],
        ContextEntries: [
          { ContextKeyName: 'aws:TagKeys', ContextKeyValues: ['a', 'b', 'c'], ContextKeyType: 'stringList' },
          { ContextKeyName: 'aws:MultiFactorAuthAge', ContextKeyValues: [], ContextKeyType: 'numericList' },
        ],
      },
    ],
    [
      'iam',
      'UploadServerCertificate',
      { ServerCertificateName: 'c', CertificateBody: '-----BEGIN+/=\n', PrivateKey: 'p' },
    ],
    ['iam', 'UpdateAccountPasswordPolicy', { MinimumPasswordLength: 14, RequireSymbols: false, RequireNumbers: true }],
    [
      'sts',
      'AssumeRole',
      {
        RoleArn: 'arn:aws:iam::111122223333:role/a',
        RoleSessionName: 's',
        PolicyArns: [{ arn: 'arn:aws:iam::aws:policy/ReadOnlyAccess' }],
        Tags: Array.from({ length: 50 }, (_, at) => ({ Key: `k${at}`, Value: `v${at}` })),
        TransitiveTagKeys: ['k0', 'k49'],
        ProvidedContexts: [
          { ProviderArn: 'arn:aws:iam::aws:contextProvider/IdentityCenter', ContextAssertion: 'x.y.z' },
        ],
      },
    ],
  ]
  for (const [service, name, input] of inputs) assert.deepEqual(await readBack(service, name, input), input, name)
})

test('nested lists, maps, dates and empty lists are shown', async () => {
  const date = new Date('2026-01-15T12:00:00Z')
  const details = {
    UserDetailList: [
      {
        UserName: 'anna',
        CreateDate: date,
        UserPolicyList: [{ PolicyName: 'p', PolicyDocument: '%7B%7D' }],
        GroupList: ['a', 'b'],
        AttachedManagedPolicies: [],
        Tags: [{ Key: 'k', Value: '' }],
      },
    ],
    RoleDetailList: [
      { RoleName: 'r', InstanceProfileList: [{ Roles: [{ RoleName: 'r', CreateDate: date }], Path: '/' }] },
    ],
    GroupDetailList: [],
    Policies: [
      { PolicyVersionList: [{ VersionId: 'v1', IsDefaultVersion: true, CreateDate: date }], AttachmentCount: 0 },
    ],
    IsTruncated: false,
  }
  assert.deepEqual((await shownBack('iam', 'GetAccountAuthorizationDetails', details)).output, details)
  const summary = { SummaryMap: { Users: 27, Groups: 0 } }
  assert.deepEqual((await shownBack('iam', 'GetAccountSummary', summary)).output, summary)
  const report = { Content: new TextEncoder().encode('user,arn\n'), ReportFormat: 'text/csv', GeneratedTime: date }
  assert.deepEqual((await shownBack('iam', 'GetCredentialReport', report)).output, report)
  assert.deepEqual((await shownBack('iam', 'ListUsers', { Users: [] })).output, { Users: [] })
})

test('texts of spaces, and characters that only some parsers keep, are shown as they are', async () => {
  for (const value of ['', ' ', ' a ', '\u0085', '\u2028', 'a\r\nb', '&amp;', '&#65;', ']]>', '1e3', 'true', '007']) {
    const output = { Tags: [{ Key: 'k', Value: value }] }
    assert.deepEqual((await shownBack('iam', 'ListUserTags', output)).output, output, JSON.stringify(value))
  }
})

test('the SDK reads a refusal as the error of that code', async () => {
  const message = 'The user with name <anna> & "berta" cannot be found.'
  const answer = (request: HttpRequest) =>
    query.refuse(new Fault({ code: 'NoSuchEntity', status: 404, message }), callOf(request), 'request-2')
  await assert.rejects(exchange('iam', 'GetUser', { input: { UserName: 'anna' }, answer }), (error) => {
    assert.ok(error instanceof iam.NoSuchEntityException)
    assert.equal(error.message, message)
    assert.equal(error.$metadata.requestId, 'request-2')
    return true
  })
  const unknown = () => query.refuse(new Fault({ code: 'InvalidAction', status: 400, message }), undefined, 'request-3')
  await assert.rejects(exchange('sts', 'GetCallerIdentity', { input: {}, answer: unknown }), {
    name: 'InvalidAction',
    message,
  })
})
