/** A value as Terraform's language writes it. */
export type Hcl = string | number | boolean | null | readonly Hcl[] | { readonly [key: string]: Hcl } | Expression

/** A piece of Terraform's language that stands for itself: `aws_iam_user.ann.name`. */
export class Expression {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }
}

/** The call `jsonencode(…)` of a JSON value. */
export function jsonencode(value: unknown): Expression {
  // JSON has no values that this language has not.
  return new Expression(`jsonencode(${hcl(value as Hcl, '  ')})`)
}

/** A block with its attributes; those that are `undefined` are left out. */
export function block(head: string, attributes: Readonly<Record<string, Hcl | undefined>>): string {
  const given = Object.entries(attributes).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, hcl(value, '  ')] as const],
  )
  return `${head} {\n${assignments(given, '  ')}}\n`
}

/** Lines with an equals sign, in columns where lines follow each other, as `terraform fmt` has them. */
function assignments(entries: readonly (readonly [name: string, value: string])[], indent: string): string {
  const isLong = ([, value]: readonly [string, string]) => value.includes('\n')
  const lines: string[] = []
  for (let from = 0; from < entries.length; ) {
    let to = from
    while (to < entries.length && !isLong(entries[to] ?? ['', ''])) to++
    const run = entries.slice(from, Math.max(to, from + 1))
    const width = Math.max(...run.map(([name]) => name.length))
    for (const [name, value] of run) lines.push(`${indent}${name.padEnd(width)} = ${value}\n`)
    from += run.length
  }
  return lines.join('')
}

function hcl(value: Hcl, indent: string): string {
  if (value instanceof Expression) return value.text
  if (typeof value === 'string') return quoted(value)
  if (typeof value !== 'object' || value === null) return String(value)
  const inner = `${indent}  `
  if (isList(value)) {
    if (value.length === 0) return '[]'
    return `[\n${value.map((item) => `${inner}${hcl(item, inner)},\n`).join('')}${indent}]`
  }
  const entries = Object.entries(value)
  if (entries.length === 0) return '{}'
  const lines = entries.map(([key, item]) => [quoted(key), hcl(item, inner)] as const)
  return `{\n${assignments(lines, inner)}${indent}}`
}

function isList(value: Hcl): value is readonly Hcl[] {
  return Array.isArray(value)
}

/** A text in quotes, in which nothing is a template. */
export function quoted(text: string): string {
  const escaped = JSON.stringify(text)
    .replace(/\\b/g, '\\u0008')
    .replace(/\\f/g, '\\u000c')
    .replace(/[\u007f-\u009f\u2028\u2029\ufeff]/g, (found) => `\\u${found.charCodeAt(0).toString(16).padStart(4, '0')}`)
  return escaped.replace(/([$%])\{/g, '$1$1{')
}
