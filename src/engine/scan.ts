import type { Element } from './policy.ts'

/** A place in the text of a document that is read from left to right. */
export interface Scan {
  readonly text: string
  at: number
  /** Whether something was not plain. */
  failed: boolean
  /** What was read last for each use: documents say the same things over and over. */
  readonly last: Record<Use, string>
  /** The latest actions as they were written, to the closing quote or bracket. */
  lastAction: { readonly written: string; readonly element: Element } | undefined
}

/** What a text is for. */
export type Use = 'version' | 'id' | 'sid' | 'action' | 'resource' | 'principal' | 'kind' | 'operator' | 'key' | 'value'

export function scanOf(text: string): Scan {
  const last = {
    version: '',
    id: '',
    sid: '',
    action: '',
    resource: '',
    principal: '',
    kind: '',
    operator: '',
    key: '',
    value: '',
  }
  return { text, at: 0, failed: false, last, lastAction: undefined }
}

/** Steps over white space, and over a unit when it comes next. Gives: whether it did. */
export function next(scan: Scan, unit: number): boolean {
  const { text } = scan
  let { at } = scan
  let found = text.charCodeAt(at)
  while (found === 32 || found === 10 || found === 13 || found === 9) found = text.charCodeAt(++at)
  const is = found === unit && unit !== 0
  scan.at = is ? at + 1 : at
  return is
}

export function colon(scan: Scan): boolean {
  return next(scan, 58)
}

/** Gives: a text without escapes and without characters that IAM refuses (rule D-9); `undefined` for anything else. */
export function textAt(scan: Scan, use: Use): string | undefined {
  const { text, last } = scan
  if (!next(scan, 34)) return fail(scan)
  const start = scan.at
  const guess = last[use]
  if (guess !== '' && text.charCodeAt(start + guess.length) === 34 && text.startsWith(guess, start)) {
    scan.at = start + guess.length + 1
    return guess
  }
  for (let at = start; at < text.length; at++) {
    const unit = text.charCodeAt(at)
    if (unit === 34) {
      scan.at = at + 1
      const found = text.slice(start, at)
      last[use] = found
      return found
    }
    if (unit === 92 || unit < 32 || unit > 255) return fail(scan)
  }
  return fail(scan)
}

/** Gives: one text, or a list of texts. */
export function textsAt(scan: Scan, use: Use): readonly string[] | undefined {
  if (!next(scan, 91)) {
    const only = textAt(scan, use)
    return only === undefined ? undefined : [only]
  }
  if (next(scan, 93)) return []
  const texts: string[] = []
  do {
    const text = textAt(scan, use)
    if (text === undefined) return undefined
    texts.push(text)
  } while (next(scan, 44))
  return next(scan, 93) ? exactly(texts) : fail(scan)
}

/** A list without room to grow: what is read once is kept long. */
export function exactly<T>(list: readonly T[]): readonly T[] {
  const [only] = list
  return list.length === 1 && only !== undefined ? [only] : list.slice()
}

function fail(scan: Scan): undefined {
  scan.failed = true
}
