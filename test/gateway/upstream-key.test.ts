import assert from 'node:assert/strict'
import { createServer, type RequestListener } from 'node:http'
import { test } from 'node:test'
import { pino } from 'pino'
import { call } from './raw.ts'
import { closed, openRig, openS3, type Rig, urlOf } from './rig.ts'

const credentials = { accessKeyId: 'AKIDOFTHEGATEWAY', secretAccessKey: 'of-the-gateway', sessionToken: 'token-of-it' }

async function before(listener: RequestListener, work: (rig: Rig) => Promise<void>): Promise<void> {
  const server = createServer(listener)
  const rig = await openRig({ services: new Map([['s3', await urlOf(server)]]), credentials })
  try {
    await work(rig)
  } finally {
    await rig.close()
    await closed(server)
  }
}

const get = { method: 'GET', path: '/photos/cat.jpg' }
const inXml = (code: string, more = '') => `<Error><Code>${code}</Code>${more}</Error>`

test('that a store does not know the keys of the gateway is told to the operator, and to the client without them', async () => {
  const store = await openS3('photos')
  const lines: string[] = []
  const log = pino({ level: 'info' }, { write: (line: string) => void lines.push(line) })
  const rig = await openRig({ services: new Map([['s3', store.url]]), credentials, parts: { log } })
  try {
    for (const path of ['/', '/photos/cat.jpg']) {
      const { status, text } = await call(rig, { method: 'GET', path })
      assert.equal(status, 502)
      assert.match(text, /<Code>BadGateway<\/Code>.*keys of the gateway/)
      assert.doesNotMatch(text, /AKID|InvalidAccessKeyId/)
    }
    assert.ok(lines.some((line) => /InvalidAccessKeyId/.test(line)))
    assert.doesNotMatch(lines.join(''), /of-the-gateway|token-of-it/)
  } finally {
    await rig.close()
    await store.close()
  }
})

const bodies = [
  inXml(
    'SignatureDoesNotMatch',
    '<StringToSign>AWS4-HMAC-SHA256</StringToSign><SignatureProvided>1</SignatureProvided>',
  ),
  inXml('AccessDenied', '<AWSAccessKeyId>AKIDOFTHEGATEWAY</AWSAccessKeyId>'),
  inXml('InvalidToken', '<Token-0>token-of-it</Token-0>'),
  '{"__type":"com.amazon.coral.service#UnrecognizedClientException","message":"?"}',
]

for (const body of bodies)
  test(`an upstream that refuses the keys of the gateway with ${body.slice(0, 75)} does not show them`, () =>
    before(
      (_, outgoing) => {
        outgoing.writeHead(403)
        outgoing.write(body.slice(0, 50))
        outgoing.end(body.slice(50))
      },
      async (rig) => {
        const { status, text } = await call(rig, get)
        assert.equal(status, 502)
        assert.doesNotMatch(text, /AKID|token-of-it|StringToSign|Unrecognized/)
      },
    ))

test('what else an upstream refuses is handed on as it is, however large', async () => {
  const large = inXml('AccessDenied', `<Message>${'x'.repeat(200_000)}</Message>`)
  for (const body of [inXml('AccessDenied', '<Resource>/InvalidAccessKeyId</Resource>'), '', large])
    await before(
      (_, outgoing) => {
        outgoing.writeHead(403, { 'x-amz-request-id': '1' })
        outgoing.end(body)
      },
      async (rig) => {
        const answer = await call(rig, get)
        assert.equal(answer.status, 403)
        assert.equal(answer.headers['x-amz-request-id'], '1')
        assert.equal(answer.text, body)
        assert.equal((await call(rig, { ...get, method: 'HEAD' })).status, 403)
      },
    )
})
