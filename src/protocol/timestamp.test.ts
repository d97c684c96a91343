import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readTimestamp, writeTimestamp } from './timestamp.ts'

const noon = Date.UTC(2026, 0, 15, 12)

test('a moment is read in the three forms of the protocols', () => {
  const forms = [
    '2026-01-15T12:00:00Z',
    '2026-01-15T12:00:00.000Z',
    '2026-01-15T13:30:00+01:30',
    '2026-01-15T04:00:00-0800',
    '1768478400',
    '1768478400.0',
    'Thu, 15 Jan 2026 12:00:00 GMT',
  ]
  for (const form of forms) assert.equal(readTimestamp(form)?.getTime(), noon, form)
  assert.equal(readTimestamp('2026-01-15T12:00:00.1239Z')?.getTime(), noon + 123)
  assert.equal(readTimestamp('1768478400.5')?.getTime(), noon + 500)
  assert.equal(readTimestamp('-1')?.getTime(), -1000)
  assert.equal(readTimestamp('0001-01-01T00:00:00Z')?.toISOString(), '0001-01-01T00:00:00.000Z')
})

test('a day or an hour that does not exist is no moment', () => {
  const wrong = [
    '',
    'now',
    '2026-02-30T12:00:00Z',
    '2026-13-01T12:00:00Z',
    '2026-01-15T24:00:00Z',
    '2026-01-15T12:60:00Z',
    '2026-01-15T12:00:60Z',
    '2026-01-15T12:00:00',
    '2026-01-15T12:00:00+25:00',
    '2026-01-15',
    'Thu, 31 Feb 2026 12:00:00 GMT',
    'Thu, 15 Foo 2026 12:00:00 GMT',
    '1e9',
    '9999999999999',
    '0x10',
    ' 1768478400',
  ]
  for (const form of wrong) assert.equal(readTimestamp(form), undefined, form)
})

test('a moment is written to the second in UTC', () => {
  assert.equal(writeTimestamp(new Date(noon + 999)), '2026-01-15T12:00:00Z')
})
