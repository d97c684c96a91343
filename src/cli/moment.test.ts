import assert from 'node:assert/strict'
import { test } from 'node:test'
import { momentIn } from './moment.ts'
import { Stop } from './stop.ts'
import { plain } from './told-record.ts'

const now = Date.UTC(2026, 0, 15, 12)

test('a moment is a time of ISO 8601, or how long ago', () => {
  assert.equal(momentIn('2026-01-15', '--from', now), Date.UTC(2026, 0, 15))
  assert.equal(momentIn('2026-01-15T13:00:00+01:00', '--from', now), now)
  assert.equal(momentIn('90s', '--from', now), now - 90_000)
  assert.equal(momentIn('7d', '--from', now), now - 7 * 86_400_000)
  for (const wrong of ['', 'yesterday', '2026', '2026-13-40', '5y', '-1h', '2026-01-15T25:00:00Z', '1e3s'])
    assert.throws(() => momentIn(wrong, '--from', now), Stop, wrong)
})

test('a text from outside moves no cursor, and is no line of its own', () => {
  assert.equal(plain('a\nb\u001b[2Jc\u202ed\u2028'), 'a\\u{a}b\\u{1b}[2Jc\\u{202e}d\\u{2028}')
  assert.equal(plain('Ünïcödé 漢字'), 'Ünïcödé 漢字')
})
