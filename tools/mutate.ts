/**
 * Puts one small mistake after the other into the engine and tells which of them nothing notices.
 * `--file TEXT`: only files with this in their path. `--sample N --seed S`: so many mutants, by chance. `--write`: rewrites the
 * list of survivors. `--fast`: does not try the tests of the room on what survives. Fails below 95 %, and with a survivor that `tools/mutation/survivors.json` gives no reason for.
 */
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { argv, exit, stderr, stdout } from 'node:process'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { chance } from './chance.ts'
import { type Fate, tryAll } from './mutation/court.ts'
import { type Mutant, mutantsOf } from './mutation/mutant.ts'
import { report, type Score, scoresOf } from './mutation/score.ts'
import { settle } from './mutation/suite.ts'
import { readReasons, writeSurvivors } from './mutation/survivor.ts'

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
      write: { type: 'boolean', default: false },
      fast: { type: 'boolean', default: false },
    },
  })
  const all = engineMutants(values.file)
  const chosen = values.sample === undefined ? all : sampled(all, Number(values.sample), Number(values.seed))
  stdout.write(`${chosen.length} of ${all.length} mutants\n`)
  const room = {
    entry: join(root, 'src/engine/index.ts'),
    probe: join(root, 'tools/mutation/probe.ts'),
    pathOf: (file: string) => join(root, file),
  }
  const tried = await tryAll(chosen, room, (_, done) => progress(done, chosen.length, 'asked'))
  const fates = await settle(tried, { root, tests: !values.fast }, (done, of) =>
    progress(done, of, 'survivors tried by the checker and the tests'),
  )
  if (values.write) writeSurvivors(fates, values.file)
  exit(verdict(fates, scoresOf(fates)))
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

/** Gives: the exit code. */
function verdict(fates: readonly Fate[], scores: readonly Score[]): number {
  stdout.write(`${report(scores)}\n`)
  const reasons = readReasons()
  const survivors = fates.filter(({ killedBy }) => killedBy === undefined).map(({ mutant }) => mutant)
  const unexplained = survivors.filter((mutant) => reasons.get(mutant) === undefined)
  for (const mutant of survivors) {
    const reason = reasons.get(mutant) ?? 'NO REASON'
    stdout.write(
      `\n${mutant.file}:${mutant.line}:${mutant.column}  ${reason}\n  - ${mutant.original}\n  + ${mutant.mutated}\n`,
    )
  }
  const total = scores.at(-1)?.share ?? 0
  if (total < floor) stderr.write(`\n${(100 * total).toFixed(1)} % is below ${100 * floor} %\n`)
  if (unexplained.length > 0)
    stderr.write(`\n${unexplained.length} survivors have no reason in tools/mutation/survivors.json\n`)
  return total < floor || unexplained.length > 0 ? 1 : 0
}

function progress(done: number, of: number, what: string): void {
  if (done % 200 === 0 || done === of) stderr.write(`${what}: ${done} of ${of}\n`)
}
