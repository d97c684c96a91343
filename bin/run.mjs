/** The scripts of package.json: `node bin/run.mjs start|test|bench|coverage|models|mutate|differential|pack|format|check`, on any Node from 20. */
import { readdirSync, readFileSync } from 'node:fs'
import os from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { become, fail, install, root, run } from './bootstrap.mjs'

const tsc = [join('node_modules', 'typescript', 'bin', 'tsc'), '--noEmit']
const biome = join('node_modules', '@biomejs', 'biome', 'bin', 'biome')

const scripts = {
  start: (words) => become([join(root, 'src', 'main.ts'), 'serve', ...words]),
  test: (words) => process.exit(test(words)),
  bench: (words) => process.exit(bench(words)),
  coverage: (words) => become([join('tools', 'coverage.ts'), ...words], { cwd: root }),
  models: (words) => process.exit(steps([modelsWith(words), surfacesWith(words)])),
  mutate: (words) => become([join('tools', 'mutate.ts'), ...words], { cwd: root }),
  differential: (words) => become([join('tools', 'differential.ts'), ...words], { cwd: root }),
  pack: (words) => become([join('tools', 'pack.ts'), ...words], { cwd: root }),
  format: (words) => become([biome, 'check', '--write', ...words], { cwd: root }),
  check: () => process.exit(steps([types, lint, models, surfaces])),
}

const types = { name: 'types', words: tsc }
const lint = { name: 'lint', words: [biome, 'ci', '--error-on-warnings'] }
const modelsWith = (words) => ({ name: 'models', words: [join('tools', 'models.ts'), ...words] })
const surfacesWith = (words) => ({ name: 'surfaces', words: [join('tools', 'surface.ts'), ...words] })
const models = modelsWith(['--check'])
const surfaces = surfacesWith(['--check'])

const [name = '', ...rest] = process.argv.slice(2)
if (!Object.hasOwn(scripts, name)) fail(`usage: node bin/run.mjs ${Object.keys(scripts).join('|')}`)
install()
scripts[name](rest)

/** All that has to hold before a change is handed in. With a filter (`floors`, `src/engine`, `--only floors`): those tests alone. */
function test(words) {
  const filters = words.filter((word) => !word.startsWith('-'))
  const flags = words.filter((word) => word.startsWith('-') && word !== '--only')
  const files = filesBelow(['src', 'test', 'tools'])
    .filter((path) => path.endsWith('.test.ts'))
    .filter((path) => filters.length === 0 || filters.some((filter) => path.includes(filter)))
  if (files.length === 0) fail(`no test file matches ${filters.join(' ')}`)
  const tests = {
    name: 'tests',
    words: [
      '--test',
      `--test-concurrency=${os.availableParallelism()}`,
      '--test-reporter=./bin/reporter.mjs',
      '--test-reporter-destination=stdout',
      ...flags,
      ...files,
    ],
  }
  if (filters.length === 0) return steps([types, lint, models, surfaces, tests])
  process.stdout.write('types, lint, models, surfaces: skipped, because only some tests were asked for\n')
  return steps([tests])
}

/** A benchmark is a file that says what must be reached; the others are its parts. */
function bench(words) {
  const programs = filesBelow(['bench']).filter((path) =>
    readFileSync(join(root, path), 'utf8').includes('Must reach:'),
  )
  return steps(programs.map((path) => ({ name: path, words: [path, ...words] })))
}

/** Runs one program after the other, each named with its time. Gives: 1 when one of them failed. */
function steps(list) {
  const failed = []
  for (const { name: title, words } of list) {
    process.stdout.write(`\n${title} …\n`)
    const began = performance.now()
    const last = title === 'tests'
    if (last && failed.length > 0) process.stdout.write(`failed before the tests: ${failed.join(', ')}\n`)
    const code = run(words)
    if (code !== 0) failed.push(title)
    if (!last) process.stdout.write(`${title}: ${code === 0 ? 'ok' : 'FAILED'} (${seconds(began)} s)\n`)
  }
  if (failed.length > 0) process.stderr.write(`FAILED: ${failed.join(', ')}\n`)
  return failed.length === 0 ? 0 : 1
}

function seconds(began) {
  return ((performance.now() - began) / 1000).toFixed(1)
}

function filesBelow(folders) {
  return folders
    .flatMap((folder) => readdirSync(join(root, folder), { recursive: true }).map((path) => join(folder, path)))
    .filter((path) => path.endsWith('.ts'))
    .map((path) => path.replaceAll('\\', '/'))
    .sort()
}
