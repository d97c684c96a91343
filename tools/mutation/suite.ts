import { spawn } from 'node:child_process'
import { cpSync, globSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { execPath } from 'node:process'
import type { Fate } from './court.ts'
import type { Mutant } from './mutant.ts'

/** What is said of a mutant that the type checker does not take. */
export const refused = 'the type checker'

/** Shows what survived to the type checker, and then to the tests of the room. */
export async function settle(
  fates: readonly Fate[],
  root: string,
  tell: (done: number, of: number) => void,
): Promise<readonly Fate[]> {
  const open = fates.filter(({ killedBy }) => killedBy === undefined)
  const settled = new Map<Mutant, string>()
  let next = 0
  let done = 0
  const work = async () => {
    using copy = copyOf(root)
    for (let fate = open[next++]; fate !== undefined; fate = open[next++]) {
      const killedBy = await killerOf(fate.mutant, copy.folder, root)
      if (killedBy !== undefined) settled.set(fate.mutant, killedBy)
      tell(++done, open.length)
    }
  }
  await Promise.all(Array.from({ length: Math.min(availableParallelism(), open.length) }, work))
  return fates.map(({ mutant, killedBy }) => ({ mutant, killedBy: killedBy ?? settled.get(mutant) }))
}

async function killerOf({ file, text }: Mutant, folder: string, root: string): Promise<string | undefined> {
  const path = join(folder, file)
  writeFileSync(path, text)
  try {
    const checker = [join(root, 'node_modules/typescript/bin/tsc'), '--noEmit', '-p', join(folder, 'tsconfig.json')]
    if (!(await passes(checker, folder))) return refused
    const tests = globSync('src/engine/**/*.test.ts', { cwd: folder })
    if (tests.length === 0) return undefined
    return (await passes(['--test', '--test-isolation=none', ...tests], folder)) ? undefined : 'the tests of the room'
  } finally {
    cpSync(join(root, file), path)
  }
}

/** A program that takes longer than a minute does not pass. */
function passes(words: readonly string[], folder: string): Promise<boolean> {
  return new Promise((resolve) => {
    const child = spawn(execPath, words, { cwd: folder, stdio: 'ignore', timeout: 60_000, killSignal: 'SIGKILL' })
    child.on('exit', (code) => resolve(code === 0))
    child.on('error', () => resolve(false))
  })
}

/** The engine in a folder of its own, with what its tests need. */
function copyOf(root: string) {
  const folder = mkdtempSync(join(tmpdir(), 'cardea-mutate-'))
  mkdirSync(join(folder, 'src'))
  cpSync(join(root, 'src/engine'), join(folder, 'src/engine'), { recursive: true })
  cpSync(join(root, 'test'), join(folder, 'test'), { recursive: true })
  cpSync(join(root, 'package.json'), join(folder, 'package.json'))
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'), 'junction')
  const settings = {
    extends: join(root, 'tsconfig.json'),
    compilerOptions: { types: [] },
    include: ['src/engine'],
    exclude: ['**/*.test.ts'],
  }
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(settings))
  return { folder, [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }) }
}
