import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { tryAll } from './mutation/court.ts'
import { mutantsOf } from './mutation/mutant.ts'
import { scoresOf } from './mutation/score.ts'
import { readReasons } from './mutation/survivor.ts'

const folder = mkdtempSync(join(tmpdir(), 'cardea-mutate-test-'))
after(() => rmSync(folder, { recursive: true, force: true }))

const source = `import { least } from './least.ts'

export function grade(points: number): string {
  while (points > 100) points -= 10
  if (points >= least) return 'passed'
  return points === 0 ? 'absent' : 'failed'
}
`

writeFileSync(join(folder, 'index.ts'), source)
writeFileSync(join(folder, 'least.ts'), 'export const least: number = 50\n')
writeFileSync(
  join(folder, 'probe.ts'),
  `export const cases = () => [120, 80, 51, 49, 0]
export const nameOf = (points: number) => String(points)
export const answer = (room: { grade: (points: number) => string }, points: number) => room.grade(points)
`,
)

const room = {
  entry: join(folder, 'index.ts'),
  probe: join(folder, 'probe.ts'),
  pathOf: (file: string) => join(folder, file),
  patience: 1_500,
}

test('a mistake that changes an answer is noticed, one that loops is ended, and one that no case meets survives', async () => {
  const mutants = [...mutantsOf('index.ts', source), ...mutantsOf('least.ts', 'export const least: number = 50\n')]
  const fates = await tryAll(mutants, room, () => {})
  const fateOf = (mutated: string) => {
    const fate = fates.find(({ mutant }) => mutant.mutated === mutated)
    assert.ok(fate, `there is a mutant: ${mutated}`)
    return fate.killedBy
  }
  assert.equal(fates.length, mutants.length)
  assert.notEqual(fateOf("if (points < least) return 'passed'"), undefined)
  assert.match(fateOf("return points !== 0 ? 'absent' : 'failed'") ?? '', /^(?:49|0)$/)
  assert.equal(fateOf('while (points > 100) points += 10'), '120')
  // No case asks about exactly 50, nor is the limit itself met.
  assert.equal(fateOf("if (points > least) return 'passed'"), undefined)
  assert.equal(fateOf('export const least: number = 51'), undefined)
  const all = scoresOf(fates, { of: () => undefined }).at(-1)
  assert.equal(all?.survived, fates.filter(({ killedBy }) => killedBy === undefined).length)
  assert.ok(all !== undefined && all.share < 1 && all.share > 0.5)
})

test('a survivor with a reason is equivalent or not, and one that is listed but was noticed is stale', () => {
  const [first, second, third] = mutantsOf('a.ts', 'export const a = (x: number) => x > 1 && x < 3\n')
  assert.ok(first !== undefined && second !== undefined && third !== undefined)
  const reasons = readReasons([
    { reason: 'It cannot be told.', equivalent: true, mutants: [first, third] },
    { reason: '', equivalent: true, mutants: [second] },
  ])
  const fates = [
    { mutant: first, killedBy: undefined },
    { mutant: second, killedBy: undefined },
    { mutant: third, killedBy: 'more work: a case' },
  ]
  assert.deepEqual(
    reasons.stale(fates, new Set()).map(({ mutated }) => mutated),
    [third.mutated],
  )
  const [score] = scoresOf(fates, reasons)
  assert.deepEqual([score?.byWork, score?.equivalent, score?.survived], [1, 1, 2])
  assert.deepEqual([score?.raw, score?.share], [1 / 3, 1 / 2])
})

test('types, names of imports and keys of objects are not changed', () => {
  const text = "import { a } from './a.ts'\nexport type B = 'b' | 1\nexport const c: { readonly d: 'e' } = { d: a }\n"
  assert.deepEqual(mutantsOf('c.ts', text), [])
})

test('a mutant is told by its line, its column and the lines before and after', () => {
  const [first] = mutantsOf('a.ts', 'export function small(x: number) {\n  return x\n    < 3\n}\n').slice(1)
  assert.deepEqual(
    { line: first?.line, column: first?.column, original: first?.original, mutated: first?.mutated },
    { line: 2, column: 3, original: 'return x < 3', mutated: ';' },
  )
})
