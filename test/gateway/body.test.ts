import assert from 'node:assert/strict'
import { after, before, beforeEach, test } from 'node:test'
import { crc32 } from 'node:zlib'
import { call, inChunks, type Raw, signed } from './raw.ts'
import { openRecording, openRig, type Recording, type Rig } from './rig.ts'

let upstream: Recording
let rig: Rig

before(async () => {
  upstream = await openRecording()
  rig = await openRig({ services: new Map([['s3', upstream.url]]) })
})

beforeEach(() => upstream.received.splice(0))

after(async () => {
  await rig.close()
  await upstream.close()
})

const large = Buffer.alloc(3_000_000, 'photo')

test('a body whose hash was signed reaches the upstream as it is, small or large', async () => {
  for (const body of ['meow', large]) {
    const { status } = await call(rig, { body })
    assert.equal(status, 200)
    const got = upstream.received.pop()
    assert.ok(got?.isWhole)
    assert.ok(got.body.equals(Buffer.from(body)))
  }
})

test('nothing of a small body with another hash than the signed one reaches the upstream', async () => {
  const { status, text } = await call(rig, { body: 'meow' }, 'woof')
  assert.equal(status, 400)
  assert.match(text, /<Code>XAmzContentSHA256Mismatch<\/Code>/)
  assert.deepEqual(upstream.received, [])
})

test('a large body with another hash than the signed one never becomes whole at the upstream', async () => {
  const other = Buffer.from(large)
  other.write('!', other.length - 1)
  const { status, text } = await call(rig, { body: large }, other)
  assert.equal(status, 400)
  assert.match(text, /XAmzContentSHA256Mismatch/)
  await settled()
  assert.ok(upstream.received.every(({ isWhole }) => !isWhole))
})

/** What an aborted request left at the upstream is known a moment later. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setTimeout(resolve, 5))
}

interface Case {
  readonly parts: readonly string[]
  readonly trailer?: Readonly<Record<string, string>>
  readonly isSigned?: boolean
  readonly length?: number
  readonly change?: (body: string) => string
}

function crcOf(text: string): string {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(crc32(text))
  return bytes.toString('base64')
}

async function callInChunks({ parts, trailer, isSigned = true, length, change = (body) => body }: Case) {
  const word = isSigned ? 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD' : 'STREAMING-UNSIGNED-PAYLOAD'
  const raw: Raw = {
    payload: trailer === undefined ? word : `${word}-TRAILER`,
    headers: {
      'content-encoding': 'aws-chunked',
      'x-amz-decoded-content-length': String(length ?? parts.join('').length),
      ...(trailer === undefined ? {} : { 'x-amz-trailer': Object.keys(trailer).join(',') }),
    },
  }
  // Signed once, so that the chunks follow on the signature that is sent.
  const now = Date.now()
  const headers = signed(rig, { ...raw, now })
  const chunks = inChunks({ headers, credentials: rig.administrator, parts, isSigned, ...(trailer && { trailer }) })
  return call(rig, { ...raw, now }, change(chunks))
}

const parts = ['a'.repeat(70_000), 'b'.repeat(70_000), 'end']
const text = parts.join('')

test('signed chunks arrive at the upstream as one plain body', async () => {
  for (const trailer of [undefined, { 'x-amz-checksum-crc32': crcOf(text) }]) {
    const { status } = await callInChunks({ parts, ...(trailer && { trailer }) })
    assert.equal(status, 200)
    const got = upstream.received.pop()
    assert.equal(got?.body.toString(), text)
    assert.equal(got?.headers['content-length'], String(text.length))
    assert.equal(got?.headers['content-encoding'], undefined)
    assert.equal(got?.headers['x-amz-trailer'], undefined)
    assert.equal(got?.headers['x-amz-content-sha256'], 'UNSIGNED-PAYLOAD')
  }
})

test('unsigned chunks with a checksum in the trailer arrive as one plain body', async () => {
  const trailer = { 'x-amz-checksum-crc32': crcOf(text) }
  const { status } = await callInChunks({ parts, trailer, isSigned: false })
  assert.equal(status, 200)
  assert.equal(upstream.received.pop()?.body.toString(), text)
})

/** Changes the digit that follows a text. */
function forged(body: string, after: string): string {
  const at = body.indexOf(after) + after.length
  return `${body.slice(0, at)}${body[at] === '0' ? '1' : '0'}${body.slice(at + 1)}`
}

const trailer = { 'x-amz-checksum-crc32': crcOf(text) }
const forgeries: Readonly<Record<string, Case & { readonly code: RegExp }>> = {
  'a byte of a chunk was changed': {
    parts,
    change: (body) => body.replace('aaaa', 'aaab'),
    code: /SignatureDoesNotMatch/,
  },
  'a signature of a chunk was changed': {
    parts,
    change: (body) => forged(body, ';chunk-signature='),
    code: /SignatureDoesNotMatch/,
  },
  'two chunks changed places': {
    parts: ['xxxx', 'yyyy'],
    change: (body) => {
      const [, one = '', other = '', end = ''] = /^(4;.*?\r\nxxxx\r\n)(4;.*?\r\nyyyy\r\n)(.*)$/s.exec(body) ?? []
      return other + one + end
    },
    code: /SignatureDoesNotMatch/,
  },
  'the last chunk is missing': {
    parts,
    change: (body) => body.replace(/0;chunk-signature=.*$/s, ''),
    code: /IncompleteBody/,
  },
  'the signature of the trailer was changed': {
    parts,
    trailer,
    change: (body) => forged(body, 'x-amz-trailer-signature:'),
    code: /SignatureDoesNotMatch/,
  },
  'the checksum in the signed trailer is another': {
    parts,
    trailer: { 'x-amz-checksum-crc32': crcOf('other') },
    code: /BadDigest/,
  },
  'the checksum in the unsigned trailer is another': {
    parts,
    isSigned: false,
    trailer: { 'x-amz-checksum-crc32': crcOf('other') },
    code: /BadDigest/,
  },
  'the trailer that was announced is missing': {
    parts,
    isSigned: false,
    trailer,
    change: (body) => body.replace(/x-amz-checksum-crc32:.*?\r\n/, ''),
    code: /MalformedTrailerError/,
  },
  'the trailer has a header that was not announced': {
    parts,
    isSigned: false,
    trailer,
    change: (body) => body.replace('x-amz-checksum-crc32:', 'x-amz-acl:public-read\r\nx-amz-checksum-crc32:'),
    code: /MalformedTrailerError/,
  },
  'it is shorter than it said': { parts, length: text.length + 1, code: /IncompleteBody/ },
  'it is longer than it said': { parts, length: text.length - 1, code: /IncompleteBody/ },
  'a chunk says that it is shorter': {
    parts: ['xxxx'],
    isSigned: false,
    trailer: { 'x-amz-checksum-crc32': crcOf('xxxx') },
    change: (body) => body.replace(/^4/, '3'),
    code: /InvalidRequest/,
  },
  'the size of a chunk is no number': {
    parts,
    isSigned: false,
    trailer,
    change: (body) => `-1\r\n${body}`,
    code: /InvalidChunkSizeError/,
  },
  'something follows after its end': {
    parts,
    isSigned: false,
    trailer,
    change: (body) => `${body}GET /photos/other HTTP/1.1\r\n\r\n`,
    code: /InvalidRequest/,
  },
  'chunks of a signed body have no signature': {
    parts,
    change: (body) => body.replaceAll(/;chunk-signature=[0-9a-f]{64}/g, ''),
    code: /InvalidChunkSizeError/,
  },
}

for (const [what, { code, ...forgery }] of Object.entries(forgeries))
  test(`a body in chunks is refused, and never whole at the upstream, when ${what}`, async () => {
    const { status, text: said } = await callInChunks(forgery)
    assert.ok(status === 400 || status === 403, String(status))
    assert.match(said, code)
    await settled()
    assert.ok(upstream.received.every(({ isWhole }) => !isWhole))
  })

test('a large body in forged chunks never becomes whole at the upstream', async () => {
  const big = ['c'.repeat(1_500_000), 'd'.repeat(1_500_000)]
  const { status, text: said } = await callInChunks({ parts: big, change: (body) => body.replace('dddd', 'dddc') })
  assert.equal(status, 403)
  assert.match(said, /SignatureDoesNotMatch/)
  await settled()
  assert.ok(upstream.received.every(({ isWhole }) => !isWhole))
})

test('a word for the body that is not known is refused', async () => {
  for (const payload of ['STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD', 'TRUST-ME', '']) {
    const { status } = await call(rig, { payload, body: 'meow' })
    assert.equal(status, 400, payload)
  }
  assert.deepEqual(upstream.received, [])
})
