import assert from 'node:assert/strict'
import { createServer as createTlsServer } from 'node:https'
import { type AddressInfo, createServer as createSocketServer } from 'node:net'
import { after, test } from 'node:test'
import { createReach, isPublic } from '../../src/server/reach.ts'
import { issue } from '../certificate.ts'
import { json, openIssuer } from '../issuer.ts'

const issuer = await openIssuer([])
after(() => issuer.close())
const local = createReach({ local: [issuer.url], timeout: 300, most: 1000 })
const strict = createReach({ local: [], timeout: 300 })

async function whyNot(found: ReturnType<typeof local>): Promise<string> {
  const answer = await found
  return 'why' in answer ? answer.why : 'it was fetched'
}

test('a document of a local issuer is fetched', async () => {
  assert.deepEqual(await local(`${issuer.url}/.well-known/openid-configuration`), {
    value: { issuer: issuer.url, jwks_uri: `${issuer.url}/keys` },
  })
})

test('nothing is fetched without TLS, from a private address, or with credentials, unless it is marked', async () => {
  const before = issuer.asked.length
  assert.match(await whyNot(strict(`${issuer.url}/keys`)), /is not https/)
  const refused = {
    'https://127.0.0.1/': /private address/,
    'https://2130706433/': /private address/,
    'https://0x7f.1/': /private address/,
    'https://[::1]/': /private address/,
    'https://[::ffff:127.0.0.1]/': /private address/,
    'https://[fe80::1]/': /private address/,
    'https://[fd00::1]/': /private address/,
    'https://[64:ff9b::7f00:1]/': /private address/,
    'https://[2002:7f00:1::]/': /private address/,
    'https://10.1.2.3/': /private address/,
    'https://169.254.169.254/latest/meta-data/': /private address/,
    'https://100.64.0.1/': /private address/,
    'https://0.0.0.0/': /private address/,
    'https://localhost/': /private address/,
    'https://localhost./': /private address|not reached/,
    'https://user:secret@example.com/': /credentials/,
    'file:///etc/passwd': /is not https/,
    'ftp://example.com/': /is not https/,
    'gopher://example.com/': /is not https/,
    'no url': /is no URL/,
  }
  for (const [url, why] of Object.entries(refused)) assert.match(await whyNot(strict(url)), why, url)
  assert.equal(issuer.asked.length, before)
})

test('a mark is for one origin: another port of the same host is not marked', async () => {
  assert.match(await whyNot(local(issuer.url.replace(/:\d+$/, ':1'))), /is not https/)
})

test('a certificate that nobody vouches for is not trusted, of a local issuer neither', async () => {
  const { body: cert, privateKey: key } = issue({
    subject: '127.0.0.1',
    from: Date.now() - 1000,
    to: Date.now() + 60_000,
  })
  const heard: string[] = []
  const server = createTlsServer({ cert, key }, (request, response) => {
    heard.push(request.url ?? '')
    response.end('{}')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  try {
    const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`
    assert.match(await whyNot(createReach({ local: [url] })(`${url}/keys`)), /is not reached: .*certificate/i)
    assert.deepEqual(heard, [])
  } finally {
    server.close()
  }
})

test('a redirect is not followed', async () => {
  issuer.answers.set('/moved', (response) => response.writeHead(302, { location: `${issuer.url}/keys` }).end())
  const before = issuer.asked.length
  assert.match(await whyNot(local(`${issuer.url}/moved`)), /status 302/)
  assert.deepEqual(issuer.asked.slice(before), ['/moved'])
})

test('a document is bounded in size and time, and has to be JSON', async () => {
  issuer.answers.set('/large', (response) => json(response, { pad: 'x'.repeat(2000) }))
  issuer.answers.set('/slow', (response) => response.writeHead(200).write('{'))
  issuer.answers.set('/page', (response) => response.end('<html>'))
  issuer.answers.set('/bytes', (response) => response.end(Buffer.from([0x22, 0xff, 0x22])))
  assert.match(await whyNot(local(`${issuer.url}/large`)), /larger than 1000 bytes/)
  const began = performance.now()
  assert.match(await whyNot(local(`${issuer.url}/slow`)), /broke off|no answer within/)
  assert.ok(performance.now() - began < 2000)
  assert.match(await whyNot(local(`${issuer.url}/page`)), /is not JSON/)
  assert.match(await whyNot(local(`${issuer.url}/bytes`)), /is not JSON/)
})

test('what may be better the next time is told from what will not', async () => {
  issuer.answers.set('/down', (response) => response.writeHead(503).end())
  issuer.answers.set('/busy', (response) => response.writeHead(429).end())
  issuer.answers.set('/away', (response) => response.writeHead(404).end())
  const passing = async (path: string) => {
    const found = await local(`${issuer.url}${path}`)
    return 'why' in found && found.passing
  }
  assert.deepEqual(await Promise.all(['/down', '/busy', '/away'].map(passing)), [true, true, false])
  const closed = createSocketServer()
  await new Promise<void>((resolve) => closed.listen(0, '127.0.0.1', resolve))
  const { port } = closed.address() as { port: number }
  await new Promise((resolve) => closed.close(resolve))
  const gone = `http://127.0.0.1:${port}`
  const found = await createReach({ local: [gone] })(`${gone}/keys`)
  assert.ok('why' in found && found.passing)
})

test('public addresses are told from all others', () => {
  for (const address of ['1.1.1.1', '8.8.8.8', '172.32.0.1', '192.169.0.1', '2606:4700::1111', '2a00:1450:4001::1'])
    assert.ok(isPublic(address), address)
  for (const address of [
    '127.0.0.1',
    '10.0.0.1',
    '172.16.0.1',
    '172.31.255.255',
    '192.168.1.1',
    '169.254.1.1',
    '224.0.0.1',
    '255.255.255.255',
    '::',
    '::1',
    'fc00::1',
    'fe80::1',
    'ff02::1',
    '2001:db8::1',
    '2001::1',
    'x',
  ])
    assert.ok(!isPublic(address), address)
})
