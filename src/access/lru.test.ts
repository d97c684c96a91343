import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Lru } from './lru.ts'

test('the value that was not asked for longest is forgotten first', () => {
  const lru = new Lru<number>(2)
  lru.set('a', 1)
  lru.set('b', 2)
  assert.equal(lru.get('a'), 1)
  lru.set('c', 3)
  assert.deepEqual([lru.get('a'), lru.get('b'), lru.get('c')], [1, undefined, 3])
})

test('so much is remembered as weighs no more than it may', () => {
  const lru = new Lru<string>(10, (_, value) => value.length)
  lru.set('a', '1234')
  lru.set('b', '1234')
  lru.set('c', '12')
  assert.equal(lru.size, 3)
  lru.set('d', '12345')
  assert.deepEqual([lru.get('a'), lru.get('b'), lru.get('c'), lru.get('d')], [undefined, undefined, '12', '12345'])
})

test('what replaces another value, or is taken away, weighs itself only', () => {
  const lru = new Lru<string>(10, (_, value) => value.length)
  for (let count = 0; count < 100; count++) lru.set('a', '12345678')
  lru.set('b', '12')
  assert.equal(lru.size, 2)
  lru.delete('a')
  lru.delete('a')
  lru.set('c', '12345678')
  assert.deepEqual([lru.get('b'), lru.get('c')], ['12', '12345678'])
})

test('what weighs more than may be remembered is not remembered, and leaves no weight behind', () => {
  const lru = new Lru<string>(10, (_, value) => value.length)
  lru.set('a', '12345678901')
  assert.equal(lru.size, 0)
  lru.set('b', '1234567890')
  assert.equal(lru.get('b'), '1234567890')
})
