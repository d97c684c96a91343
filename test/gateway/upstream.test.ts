import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import { connect, createServer as createSocketServer, type Server, type Socket } from 'node:net'
import { test } from 'node:test'
import { call, signed, speak } from './raw.ts'
import { closed, openRecording, openRig, type Rig, type RigSettings, urlOf } from './rig.ts'

/** Runs `work` with a gateway before an upstream. */
async function before(
  listener: RequestListener,
  work: (rig: Rig) => Promise<void>,
  more: RigSettings = {},
): Promise<void> {
  const server = createServer(listener)
  const rig = await openRig({ services: new Map([['s3', await urlOf(server)]]), ...more })
  try {
    await work(rig)
  } finally {
    await rig.close()
    await closed(server)
  }
}

/** Runs `work` with a gateway before an upstream that says these bytes to each request. */
async function beforeBytes(bytes: string, work: (rig: Rig) => Promise<void>): Promise<void> {
  const sockets = new Set<Socket>()
  const server = createSocketServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => undefined)
    socket.once('data', () => socket.end(bytes))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const rig = await openRig({ services: new Map([['s3', urlOfSocket(server)]]), timeout: 500 })
  try {
    await work(rig)
  } finally {
    await rig.close()
    for (const socket of sockets) socket.destroy()
    server.close()
  }
}

function urlOfSocket(server: Server): string {
  const address = server.address()
  return `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`
}

const get = { method: 'GET', path: '/photos/cat.jpg' }

/** The whole answer to a signed GET, as bytes. */
function spoken(rig: Rig): Promise<string> {
  const lines = Object.entries({ ...signed(rig, get), connection: 'close' }).map(
    ([name, value]) => `${name}: ${value}\r\n`,
  )
  return speak(rig, `GET ${get.path} HTTP/1.1\r\n${lines.join('')}\r\n`)
}

test('an upstream that never answers gives a timeout in the form of S3', () =>
  before(
    () => undefined,
    async (rig) => {
      const { status, text } = await call(rig, get)
      assert.equal(status, 504)
      assert.match(text, /<Code>GatewayTimeout<\/Code>/)
    },
    { timeout: 300 },
  ))

test('an upstream that is not there, or hangs up, gives a refusal in the form of S3', async () => {
  await before(
    (incoming) => incoming.socket.destroy(),
    async (rig) => assert.equal((await call(rig, get)).status, 502),
  )
  const rig = await openRig({ services: new Map([['s3', 'http://127.0.0.1:9']]) })
  const { status, text } = await call(rig, get)
  assert.equal(status, 502)
  assert.match(text, /<Code>BadGateway<\/Code>/)
  assert.doesNotMatch(text, /ECONNREFUSED|127\.0\.0\.1/)
  await rig.close()
})

test('an answer that ends before the length that it said is cut, and not taken for whole', () =>
  beforeBytes('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort', async (rig) => {
    await assert.rejects(call(rig, get), { code: 'ECONNRESET' })
  }))

test('what comes after the length that an answer said is not taken for a part of it or for another answer', () =>
  beforeBytes(
    'HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nmeowHTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nwoof',
    async (rig) => {
      const answer = await spoken(rig)
      assert.match(answer, /\r\n\r\nmeow$/)
      const { status, text } = await call(rig, get)
      assert.equal(status, 200)
      assert.equal(text, 'meow')
    },
  ))

for (const [what, bytes] of Object.entries({
  'is no HTTP': 'SSH-2.0-OpenSSH_9.2\r\n',
  'has two lengths': 'HTTP/1.1 200 OK\r\nContent-Length: 4\r\nContent-Length: 8\r\n\r\nmeowwoof',
  'has a length and chunks':
    'HTTP/1.1 200 OK\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nmeow\r\n0\r\n\r\n',
  'switches protocols': 'HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: h2c\r\n\r\n',
  'never ends its headers': `HTTP/1.1 200 OK\r\n${'x-filler: y\r\n'.repeat(10_000)}`,
}))
  test(`an answer that ${what} is refused`, () =>
    beforeBytes(bytes, async (rig) => {
      const { status } = await call(rig, get)
      assert.ok(status === 502 || status === 504, String(status))
    }))

test('an answer that stops in the middle is cut after a while', () =>
  before(
    (_, outgoing) => {
      outgoing.writeHead(200, { 'content-length': 100 })
      outgoing.write('begin')
    },
    async (rig) => {
      await assert.rejects(call(rig, get), { code: 'ECONNRESET' })
    },
    { timeout: 300 },
  ))

test('headers of the connection are not handed on, and those of the answer are', () =>
  before(
    (_, outgoing) => {
      outgoing.writeHead(
        200,
        [
          ['etag', '"1"'],
          ['x-amz-meta-a', 'b'],
          ['connection', 'x-secret'],
          ['x-secret', 'c'],
          ['keep-alive', 'timeout=1'],
          ['set-cookie', 'a=1'],
          ['set-cookie', 'b=2'],
        ].flat(),
      )
      outgoing.end('meow')
    },
    async (rig) => {
      const { headers } = await call(rig, get)
      assert.equal(headers['etag'], '"1"')
      assert.equal(headers['x-amz-meta-a'], 'b')
      assert.equal(headers['x-secret'], undefined)
      assert.deepEqual(headers['set-cookie'], ['a=1', 'b=2'])
    },
  ))

test('answers without a body are whole: HEAD with its length, 204 and 304', async () => {
  for (const [method, status] of [
    ['HEAD', 200],
    ['DELETE', 204],
    ['GET', 304],
  ] as const)
    await before(
      (_, outgoing) => {
        outgoing.writeHead(status, status === 200 ? { 'content-length': 1234 } : {})
        outgoing.end()
      },
      async (rig) => {
        const answer = await call(rig, { method, path: get.path })
        assert.equal(answer.status, status)
        assert.equal(answer.text, '')
        if (method === 'HEAD') assert.equal(answer.headers['content-length'], '1234')
      },
    )
})

test('a client that goes away ends its request to the upstream', async () => {
  let ended: () => void = () => undefined
  const gone = new Promise<void>((resolve) => {
    ended = resolve
  })
  await before(
    (incoming) => incoming.on('close', ended),
    async (rig) => {
      const socket = connect(rig.port, '127.0.0.1')
      const lines = Object.entries(signed(rig, get)).map(([name, value]) => `${name}: ${value}\r\n`)
      socket.write(`GET ${get.path} HTTP/1.1\r\n${lines.join('')}\r\n`)
      setTimeout(() => socket.destroy(), 100)
      await gone
    },
  )
})

test('a client that waits to be told to send its body is told only when it may', async () => {
  const upstream = await openRecording()
  const rig = await openRig({ services: new Map([['s3', upstream.url]]) })
  const ask = (credentials = rig.administrator) => {
    const headers = { ...signed(rig, { body: 'meow', credentials }), expect: '100-continue', 'content-length': '4' }
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
    return `PUT ${get.path} HTTP/1.1\r\n${lines.join('')}\r\n`
  }
  const refused = await speak(rig, ask(await rig.user('nobody')))
  assert.match(refused, /^HTTP\/1.1 403/)
  const socket = connect(rig.port, '127.0.0.1')
  socket.write(ask())
  const [told] = await once(socket, 'data')
  assert.match(String(told), /^HTTP\/1.1 100 Continue/)
  socket.write('meow')
  const [answer] = await once(socket, 'data')
  assert.match(String(answer), /^HTTP\/1.1 200/)
  assert.equal(upstream.received.pop()?.body.toString(), 'meow')
  socket.destroy()
  await rig.close()
  await upstream.close()
})
