import assert from 'node:assert/strict'
import { after, before, beforeEach, test } from 'node:test'
import type { Credentials } from '../front-door.ts'
import { call } from './raw.ts'
import { openRecording, openRig, type Recording, type Rig } from './rig.ts'

let upstream: Recording
let rig: Rig
let credentials: Credentials

const account = '111122223333'

before(async () => {
  upstream = await openRecording()
  const services = new Map(['s3', 'dynamodb', 'sqs'].map((name) => [name, upstream.url]))
  rig = await openRig({ services })
  credentials = await rig.user('own', {
    Effect: 'Allow',
    Action: ['s3:*', 'dynamodb:*', 'sqs:*'],
    Resource: [
      'arn:aws:s3:::mine',
      'arn:aws:s3:::mine/*',
      `arn:aws:dynamodb:us-east-1:${account}:table/mine`,
      `arn:aws:sqs:us-east-1:${account}:mine`,
    ],
  })
})

beforeEach(() => upstream.received.splice(0))

after(async () => {
  await rig.close()
  await upstream.close()
})

function get(path: string, query = '') {
  return call(rig, { method: 'GET', path, query, credentials })
}

const sentAs = [
  ['/mine/a;x=1', '', '/mine/a%3Bx%3D1'],
  ['/mine/%61%2fb+c', '', '/mine/a%2Fb%2Bc'],
  ["/mine/a:b'(c)*!", '', '/mine/a%3Ab%27%28c%29%2A%21'],
  ['/mine/a', '%61cl', '/mine/a?acl'],
  ['/mine/a', 'versionId=1;acl', '/mine/a?versionId=1%3Bacl'],
  ['/mine', '%70refix=a+b%2bc', '/mine?prefix=a%20b%2Bc'],
] as const

for (const [path, query, url] of sentAs)
  test(`${path}?${query} is sent on in the one form in which all servers read it alike`, async () => {
    const { status } = await get(path, query)
    assert.equal(status, 200)
    assert.equal(upstream.received.pop()?.url, url)
  })

const unclear = ['/mine/..;/theirs/x', '/mine/.;x/a', '/mine/%2e%2e%3b/theirs/x', '/mine/%25%32%65%25%32%65/theirs/x']

for (const path of unclear)
  test(`${path} is refused, for servers read it differently`, async () => {
    assert.equal((await get(path)).status, 400)
    assert.equal(upstream.received.length, 0)
  })

test('a copy of what another decoding makes another object of is refused', async () => {
  for (const source of ['/mine/%252e%252e/theirs/secret', '/mine/a%252Fb', '/mine/a%3FversionId=3', '/mine/..;/x']) {
    const headers = { 'x-amz-copy-source': source }
    const { status, text } = await call(rig, { method: 'PUT', path: '/mine/b', headers, credentials })
    assert.equal(status, 400, source)
    assert.match(text, /<Code>InvalidArgument</)
  }
  assert.equal(upstream.received.length, 0)
})

function json(body: string, type = 'application/x-amz-json-1.0') {
  const headers = { 'content-type': type, 'x-amz-target': 'DynamoDB_20120810.PutItem' }
  return call(rig, { method: 'POST', path: '/', service: 'dynamodb', body, headers, credentials })
}

test('a member of JSON in another case of letters is refused, for some readers take it for the member', async () => {
  const item = '"Item":{"a":{"S":"1"},"A":{"S":"2"},"tablename":{"S":"3"}}'
  for (const body of [
    `{"TableName":"mine","tablename":"theirs",${item}}`,
    `{"TableName":"mine","TABLENAME":"theirs",${item}}`,
    `{"TableName":"mine","conditionExpression":"a = b",${item}}`,
    `{"TableName":"mine","TableNam\u0065":"theirs","tableName":"x",${item}}`,
  ]) {
    const { status, text } = await json(body)
    assert.equal(status, 400)
    assert.match(text, /SerializationException/)
  }
  assert.equal(upstream.received.length, 0)
  assert.equal((await json(`{"TableName":"mine",${item}}`)).status, 200)
})

test('a body in another charset than UTF-8 is refused', async () => {
  for (const charset of ['utf-16', '"ibm037"', 'utf-7'])
    assert.equal((await json('{"TableName":"mine"}', `application/x-amz-json-1.0; charset=${charset}`)).status, 400)
  const xml = `<?xml version="1.0" encoding="UTF-7"?><Delete><Object><Key>a+AC8-b</Key></Object></Delete>`
  const raw = { method: 'POST', path: '/mine', query: 'delete', body: xml, credentials }
  const { status, text } = await call(rig, raw)
  assert.equal(status, 400)
  assert.match(text, /<Code>MalformedXML</)
  assert.equal(upstream.received.length, 0)
  assert.equal((await call(rig, { ...raw, body: xml.replace('UTF-7', 'utf-8') })).status, 200)
  assert.equal((await json('{"TableName":"mine","Item":{}}', 'application/x-amz-json-1.0; charset=UTF-8')).status, 200)
})

test('a form that could be read in two ways is refused', async () => {
  const queue = `Version=2012-11-05&MessageBody=x&QueueUrl=http%3A%2F%2Fx%2F${account}%2Fmine`
  const headers = { 'content-type': 'application/x-www-form-urlencoded' }
  const form = (body: string, type = headers['content-type']) => {
    const asked = { headers: { 'content-type': type }, body, credentials }
    return call(rig, { method: 'POST', path: '/', service: 'sqs', ...asked })
  }
  for (const body of [
    `Action=SendMessage&action=DeleteQueue&${queue}`,
    `Action=SendMessage&${queue};Action=DeleteQueue`,
    `Action=SendMessage&${queue}&queueurl=x`,
  ])
    assert.equal((await form(body)).status, 400, body)
  assert.equal((await form(`Action=SendMessage&${queue}`, `${headers['content-type']}; charset=utf-16`)).status, 400)
  assert.equal(upstream.received.length, 0)
  assert.equal((await form(`Action=SendMessage&${queue}`)).status, 200)
})
