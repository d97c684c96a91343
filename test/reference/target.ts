import type { DocumentType } from './document.ts'
import { expand, type Setting } from './variable.ts'
import { covers, type Sign, signsOf } from './wildcard.ts'

/** Whether an action pattern covers an action (A-1…A-5). */
export function actionMatches(pattern: string, action: string): boolean {
  if (pattern === '*' || pattern === '*:*') return true
  const [prefix = '', ...name] = lowered(pattern).split(':')
  const [service = '', ...operation] = lowered(action).split(':')
  return prefix === service && covers(signsOf(name.join(':'), 'all'), operation.join(':'))
}

/** The letters that actions have: no other is to turn into one. */
function lowered(text: string): string {
  return text.replace(/[A-Z]/g, (letter) => letter.toLowerCase())
}

/** Whether an entry of `Resource` or `NotResource` covers the resource of a request. */
export function resourceMatches(entry: string, resource: string, type: DocumentType, setting: Setting): boolean {
  if (entry === '*') return true
  if (resource === '*') return false
  return readings(entry, type, setting).some((pattern) => covers(pattern, resource))
}

/** the ways in which an entry is tried. */
function readings(entry: string, type: DocumentType, setting: Setting): readonly (readonly Sign[])[] {
  const parts = entry.split(':')
  if (parts.length >= 6) return whole(parts, setting)
  if (type === 'identity' || type === 'permissionsBoundary') {
    const completed = [...parts, ...Array<string>(6 - parts.length).fill('*')]
    return [...whole(completed, setting), joined(parts.map(partSigns))]
  }
  return entry.endsWith('*') ? [joined(parts.map(partSigns))] : []
}

/** Five parts in which wildcards are confined, and the rest, in which they are not and in which variables work (V-1). */
function whole(parts: readonly string[], setting: Setting): readonly (readonly Sign[])[] {
  const rest = expand(parts.slice(5).join(':'), setting)
  return rest === undefined ? [] : [joined([...parts.slice(0, 5).map(partSigns), rest])] // V-5
}

/** a wildcard stays inside its part, but a `*` that ends the part may run on. */
function partSigns(part: string): readonly Sign[] {
  const signs = signsOf(part, 'part')
  return part.endsWith('*') ? [...signs.slice(0, -1), { char: '*', wild: 'all' }] : signs
}

function joined(parts: readonly (readonly Sign[])[]): readonly Sign[] {
  return parts.flatMap((part, index) => (index === 0 ? part : [{ char: ':', wild: 'no' } as const, ...part]))
}
