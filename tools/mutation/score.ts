import { table } from '../table.ts'
import type { Fate } from './court.ts'
import { byWork, refused } from './killer.ts'
import { isSurvivor, type Reasons } from './survivor.ts'

export interface Score {
  readonly name: string
  /** Told by another answer, or by an end that is none. */
  readonly byAnswer: number
  /** Told only by more work for the same answer. */
  readonly byWork: number
  readonly survived: number
  /** Survivors of which it is said that no answer can differ and no work can grow. */
  readonly equivalent: number
  /** Mutants that are not TypeScript any more; they count for nothing. */
  readonly refused: number
  /** Of all that is TypeScript. */
  readonly raw: number
  /** Of all that is TypeScript and not equivalent. */
  readonly share: number
}

/** One score for each file, and one for all at the end. */
export function scoresOf(fates: readonly Fate[], reasons: Pick<Reasons, 'of'>): readonly Score[] {
  const files = Map.groupBy(fates, ({ mutant }) => mutant.file)
  return [...[...files].map(([file, some]) => scoreOf(file, some, reasons)), scoreOf('all', fates, reasons)]
}

export function report(scores: readonly Score[]): string {
  const head = ['file', 'by answer', 'by work', 'equivalent', 'unnoticed', 'not TypeScript', 'raw', 'score']
  const lines = scores.map(({ name, byAnswer, byWork: more, survived, equivalent, refused: none, raw, share }) => [
    name,
    ...[byAnswer, more, equivalent, survived - equivalent, none].map(String),
    percent(raw),
    percent(share),
  ])
  return table([head, ...lines])
}

export function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`
}

function scoreOf(name: string, fates: readonly Fate[], reasons: Pick<Reasons, 'of'>): Score {
  const survivors = fates.filter(isSurvivor)
  const survived = survivors.length
  const equivalent = survivors.filter(({ mutant }) => reasons.of(mutant)?.equivalent === true).length
  const invalid = fates.filter(({ killedBy }) => killedBy === refused).length
  const more = fates.filter(({ killedBy }) => killedBy?.startsWith(byWork) === true).length
  const killed = fates.length - survived - invalid
  const share = (left: number) => (killed + left === 0 ? 1 : killed / (killed + left))
  return {
    name,
    byAnswer: killed - more,
    byWork: more,
    survived,
    equivalent,
    refused: invalid,
    raw: share(survived),
    share: share(survived - equivalent),
  }
}
