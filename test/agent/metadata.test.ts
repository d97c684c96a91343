import assert from 'node:assert/strict'
import { request } from 'node:http'
import { after, describe, test } from 'node:test'
import { openAgentHouse } from './house.ts'

const house = await openAgentHouse()
after(() => house.close())

/** What the operator of the agent was told. */
const told: Readonly<Record<string, unknown>>[] = []
const log = (level: string, fields: object, message: string) => void told.push({ level, ...fields, msg: message })

const { id, file } = await house.register({ tags: { team: 'blue', 'a.b': 'x y' }, name: 'web' })
const agent = await house.agent({ joinTokenFile: file, names: ['metadata.internal'] }, { log })
const old = await house.agent({ joinTokenFile: (await house.register()).file, version1: true })

interface Sent {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string | readonly string[]>>
  readonly at?: string
}

/** `fetch` would not send what is tested here. */
function send(path: string, { method = 'GET', headers = {}, at = agent.imds }: Sent = {}) {
  const { hostname, port } = new URL(at)
  return new Promise<{ status: number; body: string; headers: Readonly<Record<string, unknown>> }>(
    (resolve, reject) => {
      const sent = request(
        { hostname, port, path, method, headers: { ...headers } as Record<string, string> },
        (answer) => {
          let body = ''
          answer.setEncoding('utf8')
          answer.on('data', (text: string) => {
            body += text
          })
          answer.on('end', () => resolve({ status: answer.statusCode ?? 0, body, headers: answer.headers }))
        },
      )
      sent.on('error', reject)
      sent.end()
    },
  )
}

const ttl = 'x-aws-ec2-metadata-token-ttl-seconds'
const token = async (seconds = 60, at = agent.imds) =>
  (await send('/latest/api/token', { method: 'PUT', headers: { [ttl]: String(seconds) }, at })).body

async function get(path: string) {
  return send(path, { headers: { 'x-aws-ec2-metadata-token': await token() } })
}

test('a token of version 2 says for how long it is good, from a second to six hours', async () => {
  for (const seconds of ['1', '21600']) {
    const made = await send('/latest/api/token', { method: 'PUT', headers: { [ttl]: seconds } })
    assert.equal(made.status, 200)
    assert.equal(made.headers[ttl], seconds)
    assert.equal(made.headers['content-type'], 'text/plain')
    assert.match(made.body, /^[\w-]{56}$/)
  }
})

test('a token is good until its time, and for no other agent', async () => {
  const headers = { 'x-aws-ec2-metadata-token': await token(30) }
  assert.equal((await send('/latest/meta-data/instance-id', { headers })).status, 200)
  assert.equal((await send('/latest/meta-data/instance-id', { headers, at: old.imds })).status, 401)
  house.pass(30_001)
  assert.equal((await send('/latest/meta-data/instance-id', { headers })).status, 401)
})

test('instance metadata has the names and the texts that EC2 gives', async () => {
  const texts: Readonly<Record<string, string | RegExp>> = {
    '/': 'latest',
    '/latest': 'dynamic\nmeta-data',
    '/latest/meta-data/':
      /^hostname\niam\/\ninstance-id\nlocal-hostname\n(?:local-ipv4\n)?placement\/\nservices\/\ntags\/$/,
    '/2021-07-15/meta-data/instance-id': id,
    '/latest/meta-data/iam': 'info\nsecurity-credentials/',
    '/latest/meta-data/iam/security-credentials/': 'app',
    '/latest/meta-data/placement/region': 'us-east-1',
    '/latest/meta-data/placement/availability-zone': 'us-east-1a',
    '/latest/meta-data/services/partition': 'aws',
    '/latest/meta-data/tags/instance/': 'team\na.b',
    '/latest/meta-data/tags/instance/team': 'blue',
    '/latest/meta-data/tags/instance/a%2Eb': 'x y',
    '/latest/dynamic/instance-identity/': 'document\npkcs7\nrsa2048\nsignature',
  }
  for (const [path, expected] of Object.entries(texts)) {
    const { status, body, headers } = await get(path)
    assert.equal(status, 200, path)
    assert.equal(headers['content-type'], 'text/plain')
    if (typeof expected === 'string') assert.equal(body, expected)
    else assert.match(body, expected)
  }
  const info = JSON.parse((await get('/latest/meta-data/iam/info')).body)
  assert.deepEqual(Object.keys(info), ['Code', 'LastUpdated', 'InstanceProfileArn', 'InstanceProfileId'])
  const given = JSON.parse((await get('/latest/meta-data/iam/security-credentials/app')).body)
  const names = ['Code', 'LastUpdated', 'Type', 'AccessKeyId', 'SecretAccessKey', 'Token', 'Expiration']
  assert.deepEqual(Object.keys(given), names)
  assert.deepEqual([given.Code, given.Type], ['Success', 'AWS-HMAC'])
  assert.match(given.Expiration, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/)
  const document = JSON.parse((await get('/latest/dynamic/instance-identity/document')).body)
  assert.deepEqual([document.instanceId, document.accountId, document.region], [id, house.account, 'us-east-1'])
})

test('version 1 is answered where it is allowed, with credentials that say so', async () => {
  const path = '/latest/meta-data/iam/security-credentials/app'
  const without = JSON.parse((await send(path, { at: old.imds })).body)
  const headers = { 'x-aws-ec2-metadata-token': await token(60, old.imds) }
  const withToken = JSON.parse((await send(path, { at: old.imds, headers })).body)
  assert.equal(without.Code, 'Success')
  assert.notEqual(without.AccessKeyId, withToken.AccessKeyId)
  const again = JSON.parse((await send(path, { at: old.imds })).body)
  assert.equal(again.AccessKeyId, without.AccessKeyId)
  assert.equal((await send(path, { at: old.imds, headers: { 'x-aws-ec2-metadata-token': 'x' } })).status, 401)
})

describe('requests for instance metadata that are refused', () => {
  const put = (headers: Sent['headers'] = {}) => ({ method: 'PUT', headers })
  const cases: Readonly<Record<string, readonly [string, Sent, number, RegExp]>> = {
    'without a token': ['/latest/meta-data/', {}, 401, /no token/],
    'with a token of no form': ['/latest/meta-data/', { headers: { 'x-aws-ec2-metadata-token': 'AQ==' } }, 401, /form/],
    'with a forged token': [
      '/latest/meta-data/',
      { headers: { 'x-aws-ec2-metadata-token': 'A'.repeat(56) } },
      401,
      /not one of this agent/,
    ],
    'with two tokens': [
      '/latest/meta-data/',
      { headers: { 'x-aws-ec2-metadata-token': ['a', 'b'] } },
      400,
      /two tokens/,
    ],
    'for a token without a time': ['/latest/api/token', put(), 400, /absent/],
    'for a token of no seconds': ['/latest/api/token', put({ [ttl]: '0' }), 400, /1 to 21600/],
    'for a token of too many seconds': ['/latest/api/token', put({ [ttl]: '21601' }), 400, /1 to 21600/],
    'for a token of a part of a second': ['/latest/api/token', put({ [ttl]: '1.5' }), 400, /1 to 21600/],
    'for a token of minus a second': ['/latest/api/token', put({ [ttl]: '-1' }), 400, /1 to 21600/],
    'for a token of words': ['/latest/api/token', put({ [ttl]: 'long' }), 400, /1 to 21600/],
    'for a token with GET': ['/latest/api/token', { headers: { [ttl]: '60' } }, 405, /PUT/],
    'for a token through a proxy': [
      '/latest/api/token',
      put({ [ttl]: '60', 'x-forwarded-for': '10.0.0.1' }),
      403,
      /proxy/,
    ],
    'for a token from a page': [
      '/latest/api/token',
      put({ [ttl]: '60', origin: 'https://evil.example' }),
      403,
      /browser/,
    ],
    'by a name that leads here': [
      '/latest/api/token',
      put({ [ttl]: '60', host: 'evil.example' }),
      403,
      /evil\.example/,
    ],
    'by a name that begins with an address': [
      '/',
      { headers: { host: '127.0.0.1.evil.example' } },
      403,
      /no address of this/,
    ],
    'by a name with an address before it': ['/', { headers: { host: 'evil@127.0.0.1' } }, 403, /no address of this/],
    'with POST': ['/latest/meta-data/', { method: 'POST' }, 405, /POST is no method/],
    'with a method of PUT elsewhere': ['/latest/meta-data/', { method: 'PUT' }, 405, /PUT is no method/],
    'with a long path': [`/latest/${'a'.repeat(2000)}`, {}, 400, /too long/],
  }
  for (const [title, [path, sent, status, why]] of Object.entries(cases))
    test(title, async () => {
      const answer = await send(path, sent)
      assert.equal(answer.status, status)
      assert.match(answer.body, new RegExp(`<h1>${status} - `))
      const last = told.at(-1) ?? {}
      assert.equal(last['msg'], 'refused')
      assert.match(String(last['why']), why)
    })

  const missing: Readonly<Record<string, readonly [string, RegExp]>> = {
    'for another version': ['/v2/meta-data/', /no such version/],
    'for what is not there': ['/latest/meta-data/ami-id', /nothing at this path/],
    'for another role': ['/latest/meta-data/iam/security-credentials/admin', /nothing at this path/],
    'below a text': ['/latest/meta-data/instance-id/', /goes on below/],
    'for what objects inherit': ['/latest/meta-data/constructor', /nothing at this path/],
    'for what objects inherit from': ['/latest/meta-data/__proto__/', /nothing at this path/],
    'with bad percent-encoding': ['/latest/meta-data/%zz', /nothing at this path/],
    'with an encoded slash': ['/latest/meta-data%2finstance-id', /nothing at this path/],
    'with steps that go up': ['/latest/meta-data/../../etc', /nothing at this path/],
    'for user data': ['/latest/user-data', /nothing at this path/],
  }
  for (const [title, [path, why]] of Object.entries(missing))
    test(title, async () => {
      assert.equal((await get(path)).status, 404)
      assert.match(String(told.at(-1)?.['why']), why)
    })
})

test('names that the operator gave, addresses and localhost lead to the agent', async () => {
  for (const host of ['metadata.internal', 'METADATA.internal:80', 'localhost:1', '169.254.169.254', '[fd00:ec2::254]'])
    assert.equal((await send('/', { headers: { host, 'x-aws-ec2-metadata-token': await token() } })).status, 200, host)
})

test('nothing secret is told to the operator', async () => {
  const { SecretAccessKey, Token } = JSON.parse((await get('/latest/meta-data/iam/security-credentials/app')).body)
  const all = JSON.stringify(told)
  for (const secret of [SecretAccessKey, Token, await token()]) assert.ok(!all.includes(secret))
})
