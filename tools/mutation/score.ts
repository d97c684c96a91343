import { table } from '../table.ts'
import type { Fate } from './court.ts'
import { refused } from './killer.ts'

export interface Score {
  readonly name: string
  readonly killed: number
  readonly survived: number
  /** Mutants that are not TypeScript any more; they count for nothing. */
  readonly refused: number
  readonly share: number
}

/** One score for each file, and one for all at the end. */
export function scoresOf(fates: readonly Fate[]): readonly Score[] {
  const files = [...new Set(fates.map(({ mutant }) => mutant.file))]
  return [
    ...files.map((file) =>
      scoreOf(
        file,
        fates.filter(({ mutant }) => mutant.file === file),
      ),
    ),
    scoreOf('all', fates),
  ]
}

export function report(scores: readonly Score[]): string {
  const head = ['file', 'killed', 'survived', 'not TypeScript', 'score']
  const lines = scores.map(({ name, killed, survived, refused, share }) => [
    name,
    ...[killed, survived, refused].map(String),
    `${(100 * share).toFixed(1)} %`,
  ])
  return table([head, ...lines])
}

function scoreOf(name: string, fates: readonly Fate[]): Score {
  const survived = fates.filter(({ killedBy }) => killedBy === undefined).length
  const invalid = fates.filter(({ killedBy }) => killedBy === refused).length
  const killed = fates.length - survived - invalid
  return { name, killed, survived, refused: invalid, share: killed + survived === 0 ? 1 : killed / (killed + survived) }
}
