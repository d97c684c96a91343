import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { modelOf, serviceNames } from '#models'
import { coverageOf, listed, markdown, plain, withTable } from './coverage.ts'

const some = ['sts:GetCallerIdentity', 'iam:CreateUser', 'iam:GetUser']

test('an operation counts as done when it is built, and as left when it is not', () => {
  const coverage = coverageOf(some)
  assert.deepEqual(
    coverage.filter(({ done }) => done.length > 0).map(({ service, done }) => [service, done]),
    [
      ['iam', ['CreateUser', 'GetUser']],
      ['sts', ['GetCallerIdentity']],
    ],
  )
  for (const { service, done, left } of coverage)
    assert.deepEqual([...done, ...left].sort(), Object.keys(modelOf(service).operations).sort())
})

test('an operation that is in no model is refused', () => {
  assert.throws(() => coverageOf(['iam:CreateUsers']), /built, but in no model: iam:CreateUsers/)
  assert.throws(() => coverageOf(['iam:constructor']), /iam:constructor/)
})

test('a service shows 100 percent only when all of it is built', () => {
  const all = Object.keys(modelOf('sts').operations).map((name) => `sts:${name}`)
  assert.match(markdown(coverageOf(all)), /\| sts \| (\d+) \| \1 \| 100 % \|/)
  assert.match(
    markdown(coverageOf(['iam:CreateUser', ...all.slice(1)])),
    /\| iam \| 1 \| \d+ \| 0 % \|\n(?:.*\n)*\| sts .* 9\d %/,
  )
})

test('the list names every operation of every service once', () => {
  const lines = listed(coverageOf(some)).split('\n')
  const total = serviceNames.reduce((sum, name) => sum + Object.keys(modelOf(name).operations).length, 0)
  assert.equal(new Set(lines).size, total)
  assert.deepEqual(
    lines.filter((line) => line.startsWith('done')).map((line) => line.slice(6)),
    [...some].sort(),
  )
})

test('the table for a terminal has columns of one width', () => {
  assert.equal(
    new Set(
      plain(coverageOf(some))
        .split('\n')
        .map((line) => line.length),
    ).size,
    1,
  )
})

test('the table takes the place of what stands between the marks, and nothing else', () => {
  const text = 'a\n<!-- coverage -->\nold\n<!-- /coverage -->\nb\n'
  const once = withTable(text, 'new')
  assert.equal(once, 'a\n<!-- coverage -->\nnew\n<!-- /coverage -->\nb\n')
  assert.equal(withTable(once, 'new'), once)
  assert.throws(() => withTable('nothing', 'new'), /README.md needs/)
})

test('the README shows the coverage that is true', async () => {
  const { operations } = await import('#services')
  const text = readFileSync(new URL('../README.md', import.meta.url), 'utf8')
  assert.equal(text, withTable(text, markdown(coverageOf(operations.keys()))), 'Run: npm run coverage -- --write')
})
