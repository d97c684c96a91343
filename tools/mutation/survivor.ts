import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Fate } from './court.ts'
import type { Mutant } from './mutant.ts'

/** A mutant that nothing notices, and why that is right. Found again by its lines, as line numbers change. */
interface Survivor {
  readonly file: string
  readonly original: string
  readonly mutated: string
  readonly reason: string
}

const path = fileURLToPath(new URL('survivors.json', import.meta.url))

export interface Reasons {
  readonly get: (mutant: Mutant) => string | undefined
}

export function readReasons(): Reasons {
  const known = new Map(read().map((survivor) => [keyOf(survivor), survivor.reason]))
  return { get: (mutant) => known.get(keyOf(mutant)) || undefined }
}

/** Keeps the reasons there are, and those of files that were not tried. */
export function writeSurvivors(fates: readonly Fate[], filter: string): void {
  const reasons = readReasons()
  const others = read().filter(({ file }) => !file.includes(filter))
  const found = fates
    .filter(({ killedBy }) => killedBy === undefined)
    .map(({ mutant }) => ({
      file: mutant.file,
      original: mutant.original,
      mutated: mutant.mutated,
      reason: reasons.get(mutant) ?? '',
    }))
  const unique = new Map([...others, ...found].map((survivor) => [keyOf(survivor), survivor]))
  const list = [...unique.values()].toSorted((left, right) =>
    left.file < right.file ? -1 : left.file > right.file ? 1 : 0,
  )
  writeFileSync(path, `${JSON.stringify(list, undefined, 2)}\n`)
}

function read(): readonly Survivor[] {
  return JSON.parse(readFileSync(path, 'utf8'))
}

function keyOf({ file, original, mutated }: Pick<Survivor, 'file' | 'original' | 'mutated'>): string {
  return JSON.stringify([file, original, mutated])
}
