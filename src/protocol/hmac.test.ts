import assert from 'node:assert/strict'
import { createHmac, randomBytes } from 'node:crypto'
import { test } from 'node:test'
import { HmacKey } from './hmac.ts'

test('a key signs as the HMAC of node:crypto does, whatever its length and the text', () => {
  for (const keyBytes of [0, 1, 31, 32, 63, 64])
    for (const text of ['', 'a', 'é€😀', 'x'.repeat(10_000)]) {
      const key = randomBytes(keyBytes)
      const signing = new HmacKey(key)
      const expected = createHmac('sha256', key).update(text).digest('hex')
      assert.equal(signing.sign(text), expected)
      assert.equal(signing.sign(text), expected)
    }
})

test('a key that is longer than a block is refused', () => {
  assert.throws(() => new HmacKey(new Uint8Array(65)), /longer than a block/)
})
