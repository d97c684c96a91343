import { createHash } from 'node:crypto'
import { globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Fate } from './court.ts'
import type { Mutant } from './mutant.ts'

/** What became of mutants before: to be believed while neither their file nor the court has changed, and a hint after that. */
export interface Memory {
  /** What told a mutant before; `null` for nothing, `undefined` for one that was not tried. */
  readonly of: (mutant: Mutant) => string | null | undefined
  /** As `of`, when what was found then still stands. */
  readonly standing: (mutant: Mutant) => string | null | undefined
  readonly keep: (fates: readonly Fate[]) => void
}

interface Kept {
  readonly stamp: string
  readonly killedBy: string | null
}

/** Takes: the folder of the project; every mutant there is, so that alike ones are told apart. */
export function memoryOf(root: string, mutants: readonly Mutant[]): Memory {
  const path = join(root, 'node_modules/.cache/cardea/mutation.json')
  const court = courtOf(root)
  const stamps = new Map<string, string>()
  const stampOf = ({ file }: Mutant) => {
    const stamp = stamps.get(file) ?? stampOfFile(join(root, file), court)
    stamps.set(file, stamp)
    return stamp
  }
  const names = namesOf(mutants)
  const known = new Map<string, Kept>(Object.entries(read(path)))
  const entry = (mutant: Mutant) => known.get(names.get(mutant) ?? '')
  return {
    of: (mutant) => entry(mutant)?.killedBy,
    standing: (mutant) => (entry(mutant)?.stamp === stampOf(mutant) ? entry(mutant)?.killedBy : undefined),
    keep(fates) {
      for (const { mutant, killedBy } of fates)
        known.set(names.get(mutant) ?? '', { stamp: stampOf(mutant), killedBy: killedBy ?? null })
      mkdirSync(dirname(path), { recursive: true })
      writeFileSync(path, JSON.stringify(Object.fromEntries(known)))
    },
  }
}

function stampOfFile(path: string, court: string): string {
  return createHash('sha256').update(court).update(readFileSync(path)).digest('hex').slice(0, 16)
}

/** What the engine is asked, and who asks. */
function courtOf(root: string): string {
  const hash = createHash('sha256')
  const patterns = ['tools/mutation/*', 'tools/chance.ts', 'test/laws/*', 'test/vectors/**', 'bench/engine/*']
  const paths = patterns.flatMap((pattern) => globSync(pattern, { cwd: root, withFileTypes: true }))
  for (const found of paths) {
    if (!found.isFile() || found.name.endsWith('.test.ts') || bystanders.has(found.name)) continue
    hash.update(found.name).update(readFileSync(join(found.parentPath, found.name)))
  }
  return hash.digest('hex').slice(0, 16)
}

/** Files that no fate depends on. */
const bystanders = new Set(['survivors.json', 'survivor.ts', 'score.ts', 'memory.ts', 'page.ts'])

/** By their lines, as line numbers change; the second of two alike ones is told by its number. */
function namesOf(mutants: readonly Mutant[]): ReadonlyMap<Mutant, string> {
  const counts = new Map<string, number>()
  return new Map(
    mutants.map((mutant) => {
      const name = `${mutant.file}: ${mutant.original} → ${mutant.mutated}`
      const count = (counts.get(name) ?? 0) + 1
      counts.set(name, count)
      return [mutant, count === 1 ? name : `${name} (${count})`] as const
    }),
  )
}

function read(path: string): Readonly<Record<string, Kept>> {
  try {
    return JSON.parse(readFileSync(path, 'utf8'))
  } catch {
    return {}
  }
}
