import assert from 'node:assert/strict'
import { connect } from 'node:net'
import { after, test } from 'node:test'
import fc from 'fast-check'
import type { HttpRequest } from '#protocol'
import { answerContainer } from '../../src/agent/container.ts'
import { answerMetadata } from '../../src/agent/metadata.ts'
import { metadataTokens } from '../../src/agent/metadata-token.ts'
import { metadataTrees } from '../../src/agent/metadata-tree.ts'
import { openAgentHouse } from './house.ts'

const house = await openAgentHouse()
after(() => house.close())
const agent = await house.agent({ joinTokenFile: (await house.register()).file })

const secret = 'SECRETSECRETSECRET'
const granted = {
  credentials: { accessKeyId: 'ASIA', secretAccessKey: secret, sessionToken: secret, expiresAt: 2e12 },
  givenAt: 1,
  goodUntil: 2e12,
  role: { name: 'app', arn: 'arn:aws:iam::111122223333:role/app' },
}
const known = async () => ({ granted, last: granted })
const tokens = metadataTokens()
const metadata = {
  known,
  tokens,
  now: () => 1e12,
  tree: metadataTrees({ hostname: 'h' }, 'us-east-1'),
  version1: false,
  names: [],
}
const container = { known, token: 'right', names: [] }

const text = fc.oneof(fc.string({ unit: 'binary', maxLength: 60 }), fc.string({ maxLength: 60 }))
const piece = fc.constantFrom('latest', 'meta-data', 'iam', 'security-credentials', 'app', '', '..', '%2e', '__proto__')
const path = fc.oneof(
  fc.array(fc.oneof(piece, text), { maxLength: 7 }).map((parts) => `/${parts.join('/')}`),
  text,
  fc.constantFrom('/latest/api/token', '/v1/credentials'),
)
const name = fc.constantFrom(
  'host',
  'authorization',
  'x-forwarded-for',
  'origin',
  'x-aws-ec2-metadata-token',
  'x-aws-ec2-metadata-token-ttl-seconds',
  '__proto__',
)
const headers = fc.dictionary(name, fc.array(text, { minLength: 1, maxLength: 3 }), { maxKeys: 5 })
const request: fc.Arbitrary<HttpRequest> = fc.record({
  method: fc.oneof(fc.constantFrom('GET', 'PUT', 'HEAD', 'POST'), text),
  path,
  query: text,
  headers: headers.chain((given) =>
    fc.constantFrom({}, { host: ['127.0.0.1'] }).map((host) => ({ ...given, ...host }) as HttpRequest['headers']),
  ),
  body: fc.constant(new Uint8Array()),
  remoteAddress: fc.constant('127.0.0.1'),
  secure: fc.constant(false),
})

test('whatever is asked of instance metadata, an answer comes, and none with credentials without a token', async () => {
  await fc.assert(
    fc.asyncProperty(request, async (asked) => {
      const { response, why } = await answerMetadata(asked, metadata)
      assert.ok([200, 400, 401, 403, 404, 405].includes(response.status))
      assert.equal(response.status === 200, why === undefined)
      assert.ok(!String(response.body).includes(secret))
    }),
    { numRuns: 3000 },
  )
})

test('whatever is asked of container credentials, only the right token opens', async () => {
  await fc.assert(
    fc.asyncProperty(request, async (asked) => {
      const { response, why } = await answerContainer(asked, container)
      assert.ok([400, 401, 403, 404, 405].includes(response.status))
      assert.ok(why !== undefined && !String(response.body).includes(secret))
    }),
    { numRuns: 3000 },
  )
})

test('a token that differs in one character is none', () => {
  const good = tokens.make(60, 1e12)
  assert.equal(tokens.refuse(good, 1e12), undefined)
  fc.assert(
    fc.property(fc.nat(good.length - 1), fc.constantFrom(...'ABCDEFxyz019-_'), (at, letter) => {
      if (good[at] === letter) return
      assert.notEqual(tokens.refuse(`${good.slice(0, at)}${letter}${good.slice(at + 1)}`, 1e12), undefined)
    }),
  )
})

test('whatever arrives on the wire, the agent goes on', async () => {
  const { hostname, port } = new URL(agent.imds)
  const lines = fc.array(fc.oneof(text, fc.constantFrom('GET / HTTP/1.1', 'Host: 127.0.0.1', 'Content-Length: 9', '')))
  await fc.assert(
    fc.asyncProperty(lines, async (sent) => {
      const socket = connect(Number(port), hostname)
      await new Promise<void>((resolve) => {
        socket.on('error', () => resolve())
        socket.on('close', () => resolve())
        socket.on('data', () => socket.destroy())
        socket.end(`${sent.join('\r\n')}\r\n\r\n`)
      })
    }),
    { numRuns: 150 },
  )
  assert.equal((await fetch(`${agent.imds}/`)).status, 401)
})

test('whatever body arrives about instances, the answer is a refusal with a code', async () => {
  const value = fc.oneof(
    fc.json(),
    fc.string(),
    fc.jsonValue().map((one) => JSON.stringify({ profile: one, tags: one })),
  )
  const operation = fc.constantFrom('register', 'rejoin', 'deregister', 'list')
  await fc.assert(
    fc.asyncProperty(operation, value, async (name, body) => {
      const { status, body: answer } = await house.ask(name, body)
      if (status === 200) return assert.equal(name, 'list')
      assert.ok([400, 403, 404].includes(status), `${status} ${JSON.stringify(answer)}`)
      assert.equal(typeof answer['code'], 'string')
    }),
    { numRuns: 300 },
  )
})
