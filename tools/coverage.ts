/**
 * Says of every service with a model how many of its operations are built.
 * `--all`: every operation. `--markdown`: the table of the README. `--check`: fails when the README has another. `--write`: puts it there.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { modelOf, serviceNames } from '#models'

const readme = join(fileURLToPath(new URL('..', import.meta.url)), 'README.md')
const marks = ['<!-- coverage -->', '<!-- /coverage -->'] as const
const flags = ['--all', '--markdown', '--check', '--write']

/** What is built of one service. */
export interface Coverage {
  readonly service: string
  readonly done: readonly string[]
  readonly left: readonly string[]
}

/** Takes: the operations that are built, `iam:CreateUser`. Errors: one of them is not in a model. */
export function coverageOf(built: Iterable<string>): readonly Coverage[] {
  const rest = new Set(built)
  const found = serviceNames.map((service) => {
    const names = Object.keys(modelOf(service).operations).sort()
    const done = names.filter((name) => rest.delete(`${service}:${name}`))
    return { service, done, left: names.filter((name) => !done.includes(name)) }
  })
  if (rest.size > 0) throw new Error(`built, but in no model: ${[...rest].join(', ')}`)
  return found
}

/** The table of the README. */
export function markdown(coverage: readonly Coverage[]): string {
  const lines = coverage.map((entry) => `| ${cells(entry).join(' | ')} |`)
  return ['| service | operations done | of | percent |', '| --- | ---: | ---: | ---: |', ...lines].join('\n')
}

/** The table for a terminal. */
export function plain(coverage: readonly Coverage[]): string {
  const rows = [['service', 'done', 'of', 'percent'], ...coverage.map(cells)]
  const widths = [0, 1, 2, 3].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  return rows
    .map(([name = '', ...numbers]) =>
      [name.padEnd(widths[0] ?? 0), ...numbers.map((text, index) => text.padStart(widths[index + 1] ?? 0))].join('  '),
    )
    .join('\n')
}

/** Every operation: `done  iam:CreateUser`. */
export function listed(coverage: readonly Coverage[]): string {
  return coverage
    .flatMap(({ service, done, left }) =>
      [...done, ...left].sort().map((name) => `${done.includes(name) ? 'done' : 'left'}  ${service}:${name}`),
    )
    .join('\n')
}

/** Takes: the README. Gives: the same with the table between its marks. Errors: the marks are not there. */
export function withTable(text: string, table: string): string {
  const [open, close] = marks
  const from = text.indexOf(open)
  const to = text.indexOf(close)
  if (from < 0 || to < from) throw new Error(`README.md needs ${open} and after it ${close}`)
  return `${text.slice(0, from + open.length)}\n${table}\n${text.slice(to)}`
}

/** The percentage is rounded down, so that only a whole service shows 100 %. */
function cells({ service, done, left }: Coverage): readonly string[] {
  const all = done.length + left.length
  return [service, `${done.length}`, `${all}`, `${Math.floor((100 * done.length) / all)} %`]
}

async function main(words: readonly string[]): Promise<number> {
  const unknown = words.find((word) => !flags.includes(word))
  if (unknown !== undefined) {
    process.stderr.write(`unknown: ${unknown}; known: ${flags.join(' ')}\n`)
    return 2
  }
  const { operations } = await import('#services')
  const coverage = coverageOf(operations.keys())
  if (words.includes('--check')) return check(markdown(coverage))
  if (words.includes('--write')) writeFileSync(readme, withTable(readFileSync(readme, 'utf8'), markdown(coverage)))
  const form = words.includes('--markdown') ? markdown : words.includes('--all') ? listed : plain
  process.stdout.write(`${form(coverage)}\n`)
  return 0
}

function check(table: string): number {
  const text = readFileSync(readme, 'utf8')
  if (withTable(text, table) === text) return 0
  process.stderr.write('The coverage table of README.md is out of date. Run: npm run coverage -- --write\n')
  return 1
}

if (process.argv[1] === fileURLToPath(import.meta.url)) process.exitCode = await main(process.argv.slice(2))
