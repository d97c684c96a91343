import { type Context, lookUp } from './question.ts'
import { type Sign, signsOf } from './wildcard.ts'

/** Where a value is used: whose request, and whether variables work at all (V-3). */
export interface Setting {
  readonly context: Context
  readonly modern: boolean
}

/**
 * A value with its variables replaced (V-1…V-10), and its own wildcards still wild.
 * Gives nothing when a variable has no value (V-5).
 */
export function expand(text: string, setting: Setting): readonly Sign[] | undefined {
  if (!setting.modern) return signsOf(text, 'all') // V-3
  const start = text.indexOf('${')
  if (start < 0) return signsOf(text, 'all')
  const before = signsOf(text.slice(0, start), 'all')
  const variable = variableAt(text, start)
  if (variable === undefined) return [...before, ...signsOf(text.slice(start), 'all')] // V-10
  const value = replacement(variable, setting.context)
  const after = expand(text.slice(variable.end), setting)
  if (value === undefined || after === undefined) return undefined
  return [...before, ...signsOf(value, 'no'), ...after] // V-8
}

interface Variable {
  readonly key: string
  readonly fallback?: string
  readonly end: number
}

/** V-2, V-7: the key is everything up to `}` or `, '`; a default runs up to `'}`. */
function variableAt(text: string, start: number): Variable | undefined {
  const close = text.indexOf('}', start)
  if (close < 0) return undefined
  const quote = text.indexOf(", '", start)
  const end = text.indexOf("'}", quote + 3)
  if (quote >= 0 && quote < close && end >= 0)
    return { key: text.slice(start + 2, quote), fallback: text.slice(quote + 3, end), end: end + 2 }
  return { key: text.slice(start + 2, close), end: close + 1 }
}

function replacement({ key, fallback }: Variable, context: Context): string | undefined {
  if (key === '*' || key === '?' || key === '$') return key // V-6
  const value = lookUp(context, key)
  return typeof value === 'string' ? value : fallback // V-7, V-9
}
