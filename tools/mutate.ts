/**
 * Puts one small mistake after the other into the engine and tells which of them nothing notices.
 * `--file TEXT`: only files with this in their path. `--sample N --seed S`: so many mutants, by chance. `--survivors`: only those
 * that nothing noticed before. `--resume`: goes on where a run was ended, unless the engine or what it is asked has changed since.
 * `--tests`: tries the tests of the room on what survives, which takes very long. `--processes N`. `--write`: rewrites the list of
 * survivors and, when all was tried, the page of the score. Fails below 95 %, with a survivor that `tools/mutation/survivors.json` gives no reason for, and with a reason for none.
 */
import { globSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { argv, exit, stderr, stdout } from 'node:process'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { chance } from './chance.ts'
import { type Fate, tryAll } from './mutation/court.ts'
import { refused } from './mutation/killer.ts'
import { type Memory, memoryOf } from './mutation/memory.ts'
import { type Mutant, mutantsOf } from './mutation/mutant.ts'
import { pageOf } from './mutation/page.ts'
import { percent, report, scoresOf } from './mutation/score.ts'
import { settle } from './mutation/suite.ts'
import { isSurvivor, readGroups, readReasons, writeSurvivors } from './mutation/survivor.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const floor = 0.95

if (import.meta.main) await main()

async function main(): Promise<void> {
  const { values } = parseArgs({
    args: argv.slice(2),
    options: {
      file: { type: 'string', default: '' },
      sample: { type: 'string' },
      seed: { type: 'string', default: '1' },
      processes: { type: 'string' },
      write: { type: 'boolean', default: false },
      survivors: { type: 'boolean', default: false },
      resume: { type: 'boolean', default: false },
      tests: { type: 'boolean', default: false },
    },
  })
  const every = engineMutants('')
  const memory = memoryOf(root, every)
  const all = every.filter(({ file }) => file.includes(values.file))
  const asked = values.survivors ? all.filter((mutant) => memory.of(mutant) === null) : all
  const chosen = values.sample === undefined ? asked : sampled(asked, Number(values.sample), Number(values.seed))
  stdout.write(`${chosen.length} of ${every.length} mutants\n`)
  const standing = values.resume ? chosen.filter((mutant) => memory.standing(mutant) !== undefined) : []
  const stands = new Set(standing)
  const before = standing.map((mutant): Fate => ({ mutant, killedBy: memory.standing(mutant) ?? undefined }))
  const open = chosen.filter((mutant) => !stands.has(mutant))
  const processes = values.processes === undefined ? undefined : Number(values.processes)
  const fates = [...before, ...(await tried(open, memory, { processes, tests: values.tests }))]
  const isPart = values.survivors || values.sample !== undefined
  const whole = new Set(isPart ? [] : all.map(({ file }) => file))
  if (values.write) writeSurvivors(fates, whole)
  if (values.write && whole.size > 0 && values.file === '')
    writeFileSync(join(root, 'docs/proof/mutation.md'), pageOf(scoresOf(fates, readReasons()), readGroups()))
  exit(verdict(fates, whole))
}

interface Manner {
  readonly processes: number | undefined
  readonly tests: boolean
}

/** Asks the court briefly, then the type checker, then the court about all, and the tests when they are wanted. */
async function tried(open: readonly Mutant[], memory: Memory, { processes, tests }: Manner): Promise<readonly Fate[]> {
  const ask = (mutants: readonly Mutant[], briefly: boolean) => {
    const fresh: Fate[] = []
    const room = {
      entry: join(root, 'tools/mutation/room.ts'),
      probe: join(root, 'tools/mutation/probe.ts'),
      pathOf: (file: string) => join(root, file),
      hintOf: (mutant: Mutant) => memory.of(mutant) ?? undefined,
      briefly,
      ...(processes === undefined ? {} : { processes }),
    }
    return tryAll(mutants, room, (fate, done) => {
      progress(done, mutants.length, briefly ? 'asked briefly' : 'asked about all')
      if (fate.killedBy !== undefined) fresh.push(fate)
      if (done % 200 === 0 || done === mutants.length) memory.keep(fresh.splice(0))
    })
  }
  const check = (fates: readonly Fate[], withTests: boolean) =>
    settle(fates, { root, tests: withTests }, (done, of) => progress(done, of, 'tried by the checker or the tests'))
  const suspects = new Set(open.filter((mutant) => memory.of(mutant) === refused))
  const first = (
    await ask(
      open.filter((mutant) => !suspects.has(mutant)),
      true,
    )
  ).concat([...suspects].map((mutant) => ({ mutant, killedBy: undefined })))
  const checked = await check(first, false)
  const cleared = checked.filter(({ mutant, killedBy }) => killedBy === undefined && suspects.has(mutant))
  const second = await ask(mutantsIn(cleared), true)
  const third = replaced(checked, second)
  const last = await ask(mutantsIn(third.filter(({ killedBy }) => killedBy === undefined)), false)
  const asked = replaced(third, last)
  memory.keep(asked)
  return tests ? check(asked, true) : asked
}

function mutantsIn(fates: readonly Fate[]): readonly Mutant[] {
  return fates.map(({ mutant }) => mutant)
}

function replaced(fates: readonly Fate[], by: readonly Fate[]): readonly Fate[] {
  const newer = new Map(by.map((fate) => [fate.mutant, fate]))
  return fates.map((fate) => newer.get(fate.mutant) ?? fate)
}

function engineMutants(filter: string): readonly Mutant[] {
  return globSync('src/engine/**/*.ts', { cwd: root })
    .map((path) => path.replaceAll('\\', '/'))
    .filter((path) => !path.endsWith('.test.ts') && path.includes(filter))
    .toSorted()
    .flatMap((path) => mutantsOf(path, readFileSync(join(root, path), 'utf8')))
}

function sampled(mutants: readonly Mutant[], count: number, seed: number): readonly Mutant[] {
  const next = chance(seed * 7_919)
  const left = [...mutants]
  const chosen = new Set(
    Array.from({ length: Math.min(count, mutants.length) }, () => left.splice(next(left.length), 1)[0]),
  )
  return mutants.filter((mutant) => chosen.has(mutant))
}

/** Takes: the files of which every mutant was tried. Gives: the exit code. */
function verdict(fates: readonly Fate[], whole: ReadonlySet<string>): number {
  const reasons = readReasons()
  const scores = scoresOf(fates, reasons)
  const survivors = fates.filter(isSurvivor).map(({ mutant }) => mutant)
  const unexplained = survivors.filter((mutant) => reasons.of(mutant) === undefined)
  const stale = reasons.stale(fates, whole)
  for (const mutant of survivors) {
    const group = reasons.of(mutant)
    const said = group === undefined ? 'NO REASON' : `${group.equivalent ? 'equivalent' : 'unnoticed'}: ${group.reason}`
    const place = `${mutant.file}:${mutant.line}:${mutant.column}`
    stdout.write(`\n${place}  ${said}\n  - ${mutant.original}\n  + ${mutant.mutated}\n`)
  }
  stdout.write(`\n${report(scores)}\n`)
  const total = scores.at(-1)?.share ?? 0
  if (total < floor) stderr.write(`\n${percent(total)} is below ${100 * floor} %\n`)
  if (unexplained.length > 0)
    stderr.write(`\n${unexplained.length} survivors have no reason in tools/mutation/survivors.json\n`)
  for (const { file, original, mutated } of stale)
    stderr.write(`\nThis is listed, but does not survive: ${file}\n  - ${original}\n  + ${mutated}\n`)
  return total < floor || unexplained.length > 0 || stale.length > 0 ? 1 : 0
}

function progress(done: number, of: number, what: string): void {
  if (done % 200 === 0 || done === of) stderr.write(`${what}: ${done} of ${of}\n`)
}
