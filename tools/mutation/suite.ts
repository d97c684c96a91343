import { spawn } from 'node:child_process'
import { cpSync, globSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { execPath } from 'node:process'
import type { Fate } from './court.ts'
import { refused } from './killer.ts'
import type { Mutant } from './mutant.ts'

/** Shows what survived to the type checker, and then to the tests of the room. */
export async function settle(
  fates: readonly Fate[],
  { root, tests }: { readonly root: string; readonly tests: boolean },
  tell: (done: number, of: number) => void,
): Promise<readonly Fate[]> {
  const open = fates.filter(({ killedBy }) => killedBy === undefined).map(({ mutant }) => mutant)
  const settled = new Map<Mutant, string>()
  for (let from = 0; from < open.length; from += batch) {
    const some = open.slice(from, from + batch)
    for (const mutant of await refusedOf(some, root)) settled.set(mutant, refused)
    tell(Math.min(from + batch, open.length), open.length)
  }
  const left = open.filter((mutant) => !settled.has(mutant))
  const tested = (done: number) => tell(done, left.length)
  for (const mutant of tests ? await failingOf(left, root, tested) : []) settled.set(mutant, 'the tests of the room')
  return fates.map(({ mutant, killedBy }) => ({ mutant, killedBy: killedBy ?? settled.get(mutant) }))
}

const batch = 24

/** The mutants that are not TypeScript: many copies of the room, each with one mistake, are checked at once. */
export async function refusedOf(mutants: readonly Mutant[], root: string): Promise<readonly Mutant[]> {
  using place = temporaryFolder()
  for (const [index, { file, text }] of mutants.entries()) {
    const copy = join(place.folder, `m${index}`)
    cpSync(join(root, 'src/engine'), join(copy, 'src/engine'), { recursive: true })
    writeFileSync(join(copy, file), text)
  }
  cpSync(join(root, 'src/engine'), join(place.folder, 'right/src/engine'), { recursive: true })
  writeFileSync(join(place.folder, 'package.json'), '{ "type": "module" }')
  const settings = {
    extends: join(root, 'tsconfig.json'),
    compilerOptions: { types: [] },
    include: ['m*/**/*', 'right/**/*'],
    exclude: ['**/*.test.ts'],
  }
  writeFileSync(join(place.folder, 'tsconfig.json'), JSON.stringify(settings))
  const checker = [join(root, 'node_modules/typescript/bin/tsc'), '--noEmit', '--pretty', 'false', '-p', '.']
  const { output } = await run(checker, place.folder)
  if (/^right\//m.test(output) || (mutants.length > 0 && /^error /m.test(output)))
    throw new Error(`the type checker does not take the right code: ${output.slice(0, 500)}`)
  const wrong = new Set([...output.matchAll(/^m(\d+)\//gm)].map(([, index]) => Number(index)))
  return mutants.filter((_, index) => wrong.has(index))
}

/** The mutants that a test of the room fails with. */
async function failingOf(
  mutants: readonly Mutant[],
  root: string,
  tell: (done: number) => void,
): Promise<readonly Mutant[]> {
  const failing: Mutant[] = []
  let next = 0
  let done = 0
  const work = async () => {
    using place = temporaryFolder()
    mkdirSync(join(place.folder, 'src'))
    for (const part of ['src/engine', 'test', 'package.json'])
      cpSync(join(root, part), join(place.folder, part), { recursive: true })
    symlinkSync(join(root, 'node_modules'), join(place.folder, 'node_modules'), 'junction')
    for (let mutant = mutants[next++]; mutant !== undefined; mutant = mutants[next++]) {
      const path = join(place.folder, mutant.file)
      writeFileSync(path, mutant.text)
      if (await isRefusedByTests(mutant, place.folder)) failing.push(mutant)
      cpSync(join(root, mutant.file), path)
      tell(++done)
    }
  }
  await Promise.all(Array.from({ length: availableParallelism() }, work))
  return failing
}

/** One file of tests after the other, the file's own first, until one fails. */
async function isRefusedByTests({ file }: Mutant, folder: string): Promise<boolean> {
  const own = file.replace(/\.ts$/, '.test.ts')
  const tests = globSync('src/engine/**/*.test.ts', { cwd: folder }).map((path) => path.replaceAll('\\', '/'))
  for (const test of [...tests.filter((path) => path === own), ...tests.filter((path) => path !== own)])
    if (!(await run([test], folder)).passed) return true
  return false
}

/** A program that takes longer than two minutes does not pass. */
function run(words: readonly string[], folder: string): Promise<{ readonly passed: boolean; readonly output: string }> {
  return new Promise((resolve) => {
    const child = spawn(execPath, words, {
      cwd: folder,
      stdio: ['ignore', 'pipe', 'ignore'],
      timeout: 120_000,
      killSignal: 'SIGKILL',
    })
    let output = ''
    child.stdout.on('data', (data: Buffer) => {
      output += data.toString('utf8')
    })
    child.on('close', (code) => resolve({ passed: code === 0, output }))
    child.on('error', () => resolve({ passed: false, output }))
  })
}

function temporaryFolder() {
  const folder = mkdtempSync(join(tmpdir(), 'cardea-mutate-'))
  return { folder, [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }) }
}
