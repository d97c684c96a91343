import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Fate } from './court.ts'
import type { Mutant } from './mutant.ts'

/** Mutants that nothing notices, and why. */
export interface Group {
  readonly reason: string
  /** Whether no answer can differ and no counted work can grow; otherwise a test is missing. */
  readonly equivalent: boolean
  readonly mutants: readonly Survivor[]
}

/** Found again by its lines, as line numbers change. */
export interface Survivor {
  readonly file: string
  readonly original: string
  readonly mutated: string
}

const path = fileURLToPath(new URL('survivors.json', import.meta.url))

export interface Reasons {
  /** Gives: the group a mutant is in, when it says why. */
  readonly of: (mutant: Survivor) => Group | undefined
  /** Those that are listed although they did not survive: none of them may be. */
  readonly stale: (fates: readonly Fate[], whole: ReadonlySet<string>) => readonly Survivor[]
}

export function readReasons(groups: readonly Group[] = readGroups()): Reasons {
  const known = new Map(groups.flatMap((group) => group.mutants.map((one) => [keyOf(one), group] as const)))
  return {
    of(mutant) {
      const group = known.get(keyOf(mutant))
      return group === undefined || group.reason === '' ? undefined : group
    },
    stale(fates, whole) {
      const survived = new Set(fates.filter(isSurvivor).map(({ mutant }) => keyOf(mutant)))
      const tried = new Set(fates.map(({ mutant }) => keyOf(mutant)))
      return groups
        .flatMap(({ mutants }) => mutants)
        .filter((one) => !survived.has(keyOf(one)) && (tried.has(keyOf(one)) || whole.has(one.file)))
    },
  }
}

/** Takes: the files of which every mutant was tried. Keeps what is said of others; what is new stands at the end without a reason. */
export function writeSurvivors(fates: readonly Fate[], whole: ReadonlySet<string>): void {
  const groups = readGroups()
  const reasons = readReasons(groups)
  const stale = new Set(reasons.stale(fates, whole).map(keyOf))
  const fresh = new Map(
    fates
      .filter(isSurvivor)
      .filter(({ mutant }) => reasons.of(mutant) === undefined)
      .map(({ mutant: { file, original, mutated } }) => [
        keyOf({ file, original, mutated }),
        { file, original, mutated },
      ]),
  )
  const kept = groups
    .filter(({ reason }) => reason !== '')
    .map((group) => ({ ...group, mutants: group.mutants.filter((one) => !stale.has(keyOf(one))) }))
    .filter(({ mutants }) => mutants.length > 0)
  const open = fresh.size === 0 ? [] : [{ reason: '', equivalent: false, mutants: [...fresh.values()] }]
  writeFileSync(path, `${JSON.stringify([...kept, ...open], undefined, 2)}\n`)
}

export function isSurvivor({ killedBy }: Fate): boolean {
  return killedBy === undefined
}

export function readGroups(): readonly Group[] {
  return JSON.parse(readFileSync(path, 'utf8'))
}

function keyOf({ file, original, mutated }: Survivor | Mutant): string {
  return JSON.stringify([file, original, mutated])
}
