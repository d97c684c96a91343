import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { test } from 'node:test'
import { modelOf } from '#models'
import { Fault } from './fault.ts'
import { readForm } from './form.ts'
import type { HttpRequest } from './http.ts'
import { operationOf, query } from './query.ts'
import type { Call } from './wire.ts'

/** Serialises each input and reads each answer with botocore, from JSON to JSON. */
const script = `
import base64, datetime, json, sys
import botocore.session
from botocore.parsers import create_parser
from botocore.serialize import create_serializer
import urllib.parse

def plain(value):
    if isinstance(value, datetime.datetime):
        return value.astimezone(datetime.timezone.utc).strftime('%Y-%m-%dT%H:%M:%S.000Z')
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    raise TypeError(value)

session = botocore.session.get_session()
told = []
for case in json.load(sys.stdin):
    model = session.get_service_model(case['service']).operation_model(case['operation'])
    sent = create_serializer('query', include_validation=False).serialize_to_request(case['input'], model)
    answer = {'status_code': case['status'], 'headers': {}, 'body': case['xml'].encode()}
    read = create_parser('query').parse(answer, model.output_shape)
    told.append({'body': urllib.parse.urlencode(sent['body']), 'output': read})
json.dump(told, sys.stdout, default=plain)
`

const python = spawnSync('python3', ['-c', 'import botocore'], { timeout: 20_000 })
const skip = python.status === 0 ? false : 'python3 with botocore is not installed'

interface Case {
  readonly service: 'iam' | 'sts'
  readonly operation: string
  readonly input: object
  readonly output: object | Fault
}

interface Told {
  readonly body: string
  readonly output: { readonly ResponseMetadata: object; readonly Error?: object }
}

const cases: readonly Case[] = [
  {
    service: 'iam',
    operation: 'CreateUser',
    input: { UserName: 'anna', Path: '/a b+/', Tags: [{ Key: 'k&=', Value: '' }] },
    output: {
      User: {
        Path: '/',
        UserName: 'a<n>na & "é😀"',
        UserId: 'AIDA',
        Arn: 'arn',
        CreateDate: new Date('2026-01-15T12:00:00Z'),
        Tags: [{ Key: 'k', Value: ' two  \r\n lines ' }],
      },
    },
  },
  { service: 'iam', operation: 'DeleteUser', input: { UserName: 'anna' }, output: {} },
  { service: 'iam', operation: 'UntagUser', input: { UserName: 'anna', TagKeys: [] }, output: {} },
  { service: 'iam', operation: 'ListUsers', input: { MaxItems: 5 }, output: { Users: [], IsTruncated: false } },
  { service: 'iam', operation: 'GetAccountSummary', input: {}, output: { SummaryMap: { Users: 27, Groups: 0 } } },
  {
    service: 'iam',
    operation: 'GetCredentialReport',
    input: {},
    output: { Content: new TextEncoder().encode('user,arn\n'), ReportFormat: 'text/csv' },
  },
  {
    service: 'iam',
    operation: 'SimulateCustomPolicy',
    input: {
      PolicyInputList: ['{\n}'],
      ActionNames: ['s3:GetObject', 's3:PutObject'],
      ContextEntries: [{ ContextKeyName: 'a', ContextKeyValues: ['1', '2'], ContextKeyType: 'stringList' }],
    },
    output: {
      EvaluationResults: [
        {
          EvalActionName: 's3:GetObject',
          EvalDecision: 'allowed',
          MatchedStatements: [{ SourcePolicyId: 'p', StartPosition: { Line: 1, Column: 2 } }],
          EvalDecisionDetails: { p: 'allowed' },
        },
      ],
    },
  },
  {
    service: 'sts',
    operation: 'AssumeRole',
    input: {
      RoleArn: 'arn:aws:iam::111122223333:role/a',
      RoleSessionName: 's',
      PolicyArns: [{ arn: 'arn:aws:iam::aws:policy/ReadOnlyAccess' }],
      ProvidedContexts: [{ ProviderArn: 'p', ContextAssertion: 'x' }],
      DurationSeconds: 900,
    },
    output: { Credentials: { AccessKeyId: 'ASIA', Expiration: new Date('2026-01-15T12:15:00Z') }, PackedPolicySize: 6 },
  },
  {
    service: 'iam',
    operation: 'GetUser',
    input: {},
    output: new Fault({ code: 'NoSuchEntity', status: 404, message: 'The user <anna> cannot be found.' }),
  },
]

function requestOf(body: string): HttpRequest {
  const headers = { 'content-type': ['application/x-www-form-urlencoded; charset=utf-8'] }
  const bytes = new TextEncoder().encode(body)
  return { method: 'POST', path: '/', query: '', headers, body: bytes, remoteAddress: '203.0.113.9', secure: false }
}

function callOf({ service: name, operation: operationName }: Case): Call {
  const service = modelOf(name)
  return { service, operation: service.operations[operationName] ?? assert.fail(operationName), form: query }
}

/** As JSON shows it: dates as text, bytes in base64. */
function shown(value: object): unknown {
  return JSON.parse(
    JSON.stringify(value, (_, inner: unknown) =>
      inner instanceof Uint8Array ? Buffer.from(inner).toString('base64') : inner,
    ),
  )
}

test('botocore sends what is read as it was meant, and reads what is written as it was meant', { skip }, () => {
  const asked = cases.map((one) => {
    const call = callOf(one)
    const failed = one.output instanceof Fault
    const { status, body } = failed ? query.refuse(one.output, call, 'r-1') : query.write(one.output, call, 'r-1')
    return { service: one.service, operation: one.operation, input: one.input, status, xml: body }
  })
  const run = spawnSync('python3', ['-c', script], { input: JSON.stringify(asked), encoding: 'utf8', timeout: 30_000 })
  assert.equal(run.status, 0, run.stderr)
  const told: readonly Told[] = JSON.parse(run.stdout)
  assert.equal(told.length, cases.length)
  cases.forEach((one, at) => {
    const { body, output } = told[at] ?? assert.fail('botocore did not answer')
    const request = requestOf(body)
    const call = { ...operationOf(readForm(request), [modelOf('iam'), modelOf('sts')]), form: query }
    assert.equal(call.operation.name, one.operation)
    assert.deepEqual(structuredClone(query.read(request, call)), one.input, one.operation)
    const { ResponseMetadata, ...read } = output
    assert.equal(Reflect.get(ResponseMetadata, 'RequestId'), 'r-1')
    if (one.output instanceof Fault)
      assert.deepEqual(read.Error, { Type: 'Sender', Code: one.output.code, Message: one.output.message })
    else assert.deepEqual(read, shown(one.output), one.operation)
  })
})
