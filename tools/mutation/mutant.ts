import { parseSync } from 'oxc-parser'
import { editsOf, isForChecker, isNode, type Node } from './operator.ts'

/** A file with one small mistake in it. */
export interface Mutant {
  readonly file: string
  readonly line: number
  readonly column: number
  /** The line, trimmed, before and after. */
  readonly original: string
  readonly mutated: string
  /** The whole file with the mistake. */
  readonly text: string
  /** Where the mistake begins in the text. */
  readonly at: number
}

/**
 * Every mutant of a TypeScript file, in the order of the text.
 * Errors: throws when the file is not TypeScript.
 */
export function mutantsOf(file: string, text: string): readonly Mutant[] {
  const { program, errors } = parseSync(file, text)
  if (errors.length > 0) throw new Error(`${file}: ${errors[0]?.message}`)
  const root: unknown = program
  const seen = new Set<string>([text])
  const found: Mutant[] = []
  visit(root, (node) => {
    for (const edit of editsOf(node, text)) {
      const whole = text.slice(0, edit.start) + edit.text + text.slice(edit.end)
      if (seen.has(whole)) continue
      seen.add(whole)
      found.push({ file, ...placeOf(text, whole, edit), text: whole, at: edit.start })
    }
  })
  return found.toSorted((left, right) => left.at - right.at)
}

function placeOf(text: string, whole: string, { start, end, text: put }: { start: number; end: number; text: string }) {
  const before = text.slice(0, start)
  const from = before.lastIndexOf('\n') + 1
  return {
    line: before.split('\n').length,
    column: start - from + 1,
    original: linesAt(text, from, end),
    mutated: linesAt(whole, from, start + put.length),
  }
}

/** The lines that a stretch touches, on one. */
function linesAt(text: string, from: number, end: number): string {
  const close = text.indexOf('\n', end)
  const lines = text
    .slice(from, close < 0 ? text.length : close)
    .replace(/\s+/g, ' ')
    .trim()
  return lines.length <= 200 ? lines : `${lines.slice(0, 140)} … ${lines.slice(-50)}`
}

/** What only the type checker reads, and names. */
const skipped = /^(?:TS(?!AsExpression|SatisfiesExpression|NonNullExpression)|Import|ExportAll|ExportSpecifier)/
const skippedMembers = new Set(['typeAnnotation', 'returnType', 'typeParameters', 'typeArguments', 'key', 'id'])

function visit(value: unknown, see: (node: Node) => void): void {
  if (Array.isArray(value)) for (const one of value) visit(one, see)
  if (!isNode(value) || skipped.test(value.type)) return
  see(value)
  for (const [member, below] of Object.entries(value))
    if (!skippedMembers.has(member) && !(member === 'right' && isForChecker(value))) visit(below, see)
}
