import assert from 'node:assert/strict'
import { once } from 'node:events'
import { Agent, request as httpRequest } from 'node:http'
import { connect } from 'node:net'
import { after, test } from 'node:test'
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts'
import { createAccess } from '#access'
import { createHouse, type Listening, type ListenSettings, listen } from '#server'
import { createAccount, type Operation, operations } from '#services'
import { openStore } from '#store'

const store = await openStore({ kind: 'memory' })
const made = await createAccount(store, { name: 'main', email: 'root@example.com', rootKey: false, now: Date.now() })
const access = createAccess({ store })
const listening: Listening[] = []
after(async () => {
  for (const one of listening) await one.stop()
  await store.close()
})

async function open(settings: Partial<ListenSettings> = {}, known: ReadonlyMap<string, Operation> = operations) {
  const house = createHouse({ store, access, operations: known })
  const one = await listen(house, { host: '127.0.0.1', port: 0, ...settings })
  listening.push(one)
  return one
}

function clientOf({ url }: Listening): STSClient {
  return new STSClient({ region: 'us-east-1', endpoint: url, credentials: made.administrator, maxAttempts: 1 })
}

/** Sends bytes and gathers all that comes back until the server ends the connection. */
async function rawly(port: number, ...parts: readonly string[]): Promise<string> {
  const socket = connect({ port, host: '127.0.0.1' })
  let text = ''
  socket.on('data', (chunk) => {
    text += chunk
  })
  socket.on('error', () => undefined)
  await once(socket, 'connect')
  for (const part of parts) socket.write(part)
  await once(socket, 'close')
  return text
}

const server = await open()

test('the real client is answered over a real socket', async () => {
  const { Account } = await clientOf(server).send(new GetCallerIdentityCommand({}))
  assert.equal(Account, made.account)
})

test('a connection is kept for the next request', async () => {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  const ports = new Set<number | undefined>()
  for (let time = 0; time < 3; time++) {
    const sent = httpRequest(`${server.url}/healthz`, { agent })
    sent.end()
    const [response] = await once(sent, 'response')
    ports.add(response.socket.localPort)
    response.resume()
    await once(response, 'end')
  }
  agent.destroy()
  assert.equal(ports.size, 1)
})

test('a body that is larger than allowed is refused, by its announced size and by its real one', async () => {
  const small = await open({ maxBody: 1000 })
  const head = 'POST / HTTP/1.1\r\nhost: x\r\ncontent-type: application/x-www-form-urlencoded\r\n'
  const announced = await rawly(small.port, `${head}content-length: 1001\r\n\r\n`)
  const chunk = `200\r\n${'a'.repeat(512)}\r\n`
  const real = await rawly(small.port, `${head}transfer-encoding: chunked\r\n\r\n`, chunk, chunk)
  for (const text of [announced, real]) {
    assert.match(text, /^HTTP\/1\.1 413 /)
    assert.match(text, /<Code>RequestEntityTooLarge<\/Code><Message>The request body is larger than 1000 bytes\./)
  }
  const body = `Action=Fly&Version=${'1'.repeat(975)}`
  const whole = await fetch(small.url, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body,
  })
  assert.equal(whole.status, 400)
  assert.match(await whole.text(), /InvalidAction/)
})

test('headers that do not come in time are refused, and the connection ends', async () => {
  const impatient = await open({ headersTimeout: 100 })
  const text = await rawly(impatient.port, 'POST / HTTP/1.1\r\nhost: x\r\nx-slow: ')
  assert.match(text, /^HTTP\/1\.1 408 Request Timeout\r\n/)
  assert.match(text, /<Code>RequestTimeout<\/Code>/)
})

test('headers that are too large, and bytes that are no HTTP, are refused in the same form', async () => {
  const large = await rawly(server.port, `GET / HTTP/1.1\r\nhost: x\r\nx-large: ${'a'.repeat(40_000)}\r\n\r\n`)
  assert.match(large, /^HTTP\/1\.1 431 .*<Code>RequestHeaderSectionTooLarge<\/Code>/s)
  const nonsense = await rawly(server.port, 'nonsense\r\n\r\n')
  assert.match(nonsense, /^HTTP\/1\.1 400 .*<Code>MalformedHttpRequest<\/Code>/s)
})

test('headers named like members of objects are only headers', async () => {
  const lines = ['__proto__: x', '__proto__: y', 'constructor: z', 'toString: t'].join('\r\n')
  const text = await rawly(server.port, `GET /?Action=Fly HTTP/1.1\r\nhost: x\r\nconnection: close\r\n${lines}\r\n\r\n`)
  assert.match(text, /^HTTP\/1\.1 400 .*<Code>InvalidAction<\/Code>/s)
})

test('it answers what is under way before it stops, and takes nothing new', async () => {
  let begun = () => {}
  let end = () => {}
  const started = new Promise<void>((resolve) => {
    begun = resolve
  })
  const ending = new Promise<void>((resolve) => {
    end = resolve
  })
  const identity = operations.get('sts:GetCallerIdentity')
  assert.ok(identity)
  const slow: Operation = {
    ...identity,
    async run(input, world) {
      begun()
      await ending
      return identity.run(input, world)
    },
  }
  const one = await open({}, new Map([['sts:GetCallerIdentity', slow]]))
  const answer = clientOf(one).send(new GetCallerIdentityCommand({}))
  await started
  const stopped = one.stop()
  await assert.rejects(fetch(`${one.url}/healthz`))
  end()
  assert.equal((await answer).Account, made.account)
  await stopped
})

test('it stops though a client keeps an idle connection, and though one never ends its request', async () => {
  const one = await open({ grace: 100 })
  const idle = connect({ port: one.port, host: '127.0.0.1' })
  const halfway = connect({ port: one.port, host: '127.0.0.1' })
  for (const socket of [idle, halfway]) socket.on('error', () => undefined)
  idle.write('GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n')
  await once(idle, 'data')
  halfway.write('POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 10\r\n\r\nab')
  await one.stop()
})

test('probes answer without a signature, and only as AWS clients never ask', async () => {
  for (const [path, body] of [
    ['/healthz', 'ok\n'],
    ['/readyz', 'ready\n'],
  ] as const) {
    const answer = await fetch(server.url + path)
    assert.deepEqual([answer.status, await answer.text()], [200, body])
  }
  const queried = await fetch(`${server.url}/healthz?Action=GetCallerIdentity&Version=2011-06-15`)
  assert.equal(queried.status, 403)
  assert.equal((await fetch(`${server.url}/healthz`, { method: 'POST' })).status, 400)
  const head = await fetch(`${server.url}/readyz`, { method: 'HEAD' })
  assert.deepEqual([head.status, await head.text()], [200, ''])
})

test('a method that no protocol of AWS has here is refused', async () => {
  const body = 'Action=GetCallerIdentity&Version=2011-06-15'
  const answer = await fetch(server.url, { method: 'PUT', body })
  assert.equal(answer.status, 404)
  assert.match(await answer.text(), /<Code>UnknownOperationException<\/Code>/)
})

test('what HTTP itself forbids is refused with a code and a message too', async () => {
  const nameless = await rawly(server.port, 'GET /?Action=ListUsers HTTP/1.1\r\nconnection: close\r\n\r\n')
  assert.match(nameless, /^HTTP\/1\.1 400 /)
  assert.match(nameless, /<Code>MalformedHttpRequest<\/Code><Message>The request has no Host header\.</)
  const wish = 'POST / HTTP/1.1\r\nhost: x\r\nexpect: a miracle\r\ncontent-length: 0\r\nconnection: close\r\n\r\n'
  const wishful = await rawly(server.port, wish)
  assert.match(wishful, /^HTTP\/1\.1 417 /)
  assert.match(wishful, /<Code>ExpectationFailed<\/Code><Message>/)
})

test('it is not ready when the store does not answer', async () => {
  const closed = await openStore({ kind: 'memory' })
  await closed.close()
  const house = createHouse({ store: closed, access, operations })
  const one = await listen(house, { host: '127.0.0.1', port: 0 })
  listening.push(one)
  assert.equal((await fetch(`${one.url}/readyz`)).status, 503)
  assert.equal((await fetch(`${one.url}/healthz`)).status, 200)
})

test('numbers are counted by operation and code', async () => {
  const one = await open()
  await clientOf(one).send(new GetCallerIdentityCommand({}))
  await fetch(`${one.url}/?Action=Fly`)
  const numbers = await (await fetch(`${one.url}/metrics`)).text()
  assert.match(numbers, /^cardea_requests_total\{service="sts",operation="GetCallerIdentity",code="OK"\} 1$/m)
  assert.match(numbers, /^cardea_requests_total\{service="none",operation="none",code="InvalidAction"\} 1$/m)
  assert.match(numbers, /^cardea_request_duration_seconds_count\{service="sts",operation="GetCallerIdentity"\} 1$/m)
})
