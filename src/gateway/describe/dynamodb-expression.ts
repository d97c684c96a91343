import type { JsonObject } from './json.ts'

const words = new Set(['and', 'or', 'not', 'between', 'in', 'set', 'remove', 'add', 'delete'])
const token =
  /\s+|(?<name>[A-Za-z_][A-Za-z0-9_]*|#[A-Za-z0-9_]+)|(?<value>:[A-Za-z0-9_]+)|\[\d+\]|<=|>=|<>|[=<>+\-,().]/y

/** A part of an expression: a name, a value, or a sign. */
interface Token {
  readonly kind: 'name' | 'value' | 'sign'
  readonly text: string
}

/**
 * The attributes at the top that an expression of DynamoDB names.
 * Takes: what `#name` stands for.
 * Gives: `undefined` for an expression that is not understood.
 */
export function attributesIn(expression: string, names: JsonObject): readonly string[] | undefined {
  const tokens = tokensOf(expression)
  if (tokens === undefined) return undefined
  const found: string[] = []
  for (const [at, { kind, text }] of tokens.entries()) {
    if (kind !== 'name' || tokens[at - 1]?.text === '.' || tokens[at + 1]?.text === '(') continue
    if (words.has(text.toLowerCase())) continue
    const name = text.startsWith('#') ? names[text] : text
    if (typeof name !== 'string') return undefined
    found.push(name)
  }
  return found
}

/** An equality of a key condition: the attribute and the placeholder of its value. */
export type Equality = readonly [attribute: string, placeholder: string]

/**
 * The attributes that a key condition binds to one value each: `Artist = :a AND begins_with(Song, :s)` gives `Artist`.
 * Gives: `undefined` for a condition that is not understood.
 */
export function equalitiesIn(expression: string, names: JsonObject): readonly Equality[] | undefined {
  const tokens = tokensOf(expression)
  if (tokens === undefined || tokens.some(({ text }) => /^(?:or|not)$/i.test(text))) return undefined
  const found: Equality[] = []
  for (const [at, sign] of tokens.entries()) {
    if (sign.text !== '=') continue
    const [left, right] = [tokens[at - 1], tokens[at + 1]]
    const [name, value] = left?.kind === 'value' ? [right, left] : [left, right]
    const attribute = name?.text.startsWith('#') ? names[name.text] : name?.text
    if (name?.kind !== 'name' || value?.kind !== 'value' || typeof attribute !== 'string') return undefined
    found.push([attribute, value.text])
  }
  return found
}

function tokensOf(expression: string): readonly Token[] | undefined {
  const tokens: Token[] = []
  for (token.lastIndex = 0; token.lastIndex < expression.length; ) {
    const match = token.exec(expression)
    if (match === null) return undefined
    const text = match[0]
    if (text.trim() === '') continue
    tokens.push({ kind: match.groups?.['name'] ? 'name' : match.groups?.['value'] ? 'value' : 'sign', text })
  }
  return tokens
}
