import assert from 'node:assert/strict'
import { test } from 'node:test'
import { nearest } from './nearest.ts'

test('the nearest name is the one that takes the fewest edits, in any case of letters', () => {
  assert.equal(nearest('CARDEA_PROT', ['CARDEA_DATA', 'CARDEA_PORT', 'CARDEA_HOST']), 'CARDEA_PORT')
  assert.equal(nearest('loglevel', ['logLevel', 'maxBody']), 'logLevel')
  assert.equal(nearest('x', []), undefined)
})

test('a hostile word is compared in bounded time', () => {
  assert.equal(nearest('a'.repeat(1_000_000), ['port']), 'port')
})
