import { operatorOf } from './operator.ts'
import { instantOf } from './operators/date.ts'
import type { ConditionLine } from './policy.ts'
import { colon, exactly, next, type Scan, textAt } from './scan.ts'

/** Reads a `Condition` about which there is nothing to tell. Gives: `undefined` for any other. */
export function readPlainConditions(scan: Scan): readonly ConditionLine[] | undefined {
  const lines: ConditionLine[] = []
  if (!next(scan, 123)) return undefined
  if (next(scan, 125)) return lines
  do {
    const written = textAt(scan, 'operator')
    if (written === undefined || !colon(scan) || lines.some(({ operator }) => operator === written)) return undefined
    const operator = operatorOf(written)
    if (operator === undefined || !operator.exactCase) return undefined
    if (!readKeys(scan, written, lines)) return undefined
  } while (next(scan, 44))
  return next(scan, 125) ? exactly(lines) : undefined
}

function readKeys(scan: Scan, operator: string, lines: ConditionLine[]): boolean {
  const isDate = operatorOf(operator)?.name.startsWith('Date')
  const seen = new Set<string>()
  if (!next(scan, 123)) return false
  do {
    const key = textAt(scan, 'key')
    if (key === undefined || !colon(scan) || seen.size === seen.add(key).size) return false
    const values = readValues(scan)
    if (values === undefined) return false
    if (isDate && values.some((value) => instantOf(value) === undefined)) return false
    lines.push({ operator, key, values })
  } while (next(scan, 44))
  return next(scan, 125)
}

function readValues(scan: Scan): readonly string[] | undefined {
  if (!next(scan, 91)) {
    const only = readValue(scan)
    return only === undefined ? undefined : [only]
  }
  const values: string[] = []
  if (next(scan, 93)) return values
  do {
    const value = readValue(scan)
    if (value === undefined) return undefined
    values.push(value)
  } while (next(scan, 44))
  return next(scan, 93) ? exactly(values) : undefined
}

/** Rule D-10: a boolean is its text. Numbers are left to the other reader. */
function readValue(scan: Scan): string | undefined {
  next(scan, 0)
  const { text, at } = scan
  for (const word of words)
    if (text.startsWith(word, at)) {
      scan.at += word.length
      return word
    }
  return textAt(scan, 'value')
}

const words = ['true', 'false'] as const
