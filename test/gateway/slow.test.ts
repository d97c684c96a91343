import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect } from 'node:net'
import { after, before, test } from 'node:test'
import { send } from './raw.ts'
import { openRecording, openRig, type Recording, type Rig } from './rig.ts'

let upstream: Recording
let rig: Rig

before(async () => {
  upstream = await openRecording()
  rig = await openRig({ services: new Map([['dynamodb', upstream.url]]), timeout: 300 })
})

after(async () => {
  await rig.close()
  await upstream.close()
})

/** Sends the head of a request, and then one byte after another for as long as it may. Gives: what was answered. */
async function drip(head: readonly string[]): Promise<string> {
  const socket = connect(rig.port, '127.0.0.1')
  let answer = ''
  socket.on('data', (chunk: Buffer) => {
    answer += chunk.toString()
  })
  socket.on('error', () => undefined)
  socket.write(`${[...head, 'host: x', 'content-length: 10000'].join('\r\n')}\r\n\r\n`)
  const dripping = setInterval(() => socket.write('x'), 20)
  await once(socket, 'close')
  clearInterval(dripping)
  return answer
}

const form = 'content-type: application/x-www-form-urlencoded'

test('a body of a stranger that comes byte by byte is not waited for without end', { timeout: 20_000 }, async () => {
  const json = [
    'POST / HTTP/1.1',
    'x-amz-target: DynamoDB_20120810.PutItem',
    'content-type: application/x-amz-json-1.0',
  ]
  assert.match(await drip(json), /^HTTP\/1.1 400 .*RequestTimeout/s)
  assert.match(await drip(['POST / HTTP/1.1', form]), /^HTTP\/1.1 400 .*RequestTimeout/s)
  assert.equal(upstream.received.length, 0)
})

test('a form without a signature that is larger than Cardea takes is told so', async () => {
  const headers = { host: 'x', 'content-type': 'application/x-www-form-urlencoded', 'content-length': '2000000' }
  const { status, text } = await send(rig, { method: 'POST', target: '/', headers, body: 'x'.repeat(2_000_000) })
  assert.equal(status, 413)
  assert.match(text, /EntityTooLarge/)
})
