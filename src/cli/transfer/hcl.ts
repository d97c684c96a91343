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
  const given = Object.entries(attributes).flatMap(([name, value]) => (value === undefined ? [] : [{ name, value }]))
  const width = Math.max(...given.map(({ name }) => name.length))
  const lines = given.map(({ name, value }) => `  ${name.padEnd(width)} = ${hcl(value, '  ')}`)
  return `${head} {\n${lines.join('\n')}\n}\n`
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
  return `{\n${entries.map(([key, item]) => `${inner}${quoted(key)} = ${hcl(item, inner)}\n`).join('')}${indent}}`
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
