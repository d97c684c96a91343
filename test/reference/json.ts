/** JSON read by hand, because two things must be seen that `JSON.parse` hides: a repeated key, and the text of a number. */
export type Json = null | boolean | string | NumberText | readonly Json[] | JsonObject

/** A number as it was written (D-10, C-7). */
export interface NumberText {
  readonly number: string
}

export class JsonObject {
  readonly members = new Map<string, Json>()
}

export class BadJson extends Error {}

/** Reads a whole JSON text. Errors: BadJson, also for a key that appears twice in one object (D-1). */
export function readJson(text: string): Json {
  const reader = new Reader(text)
  const value = reader.value()
  reader.space()
  if (reader.at !== text.length) throw new BadJson('text after the value')
  return value
}

/** What `JSON.parse` has already read, in the same shape. */
export function fromParsed(value: unknown): Json {
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return value
  if (typeof value === 'number') return { number: JSON.stringify(value) }
  if (Array.isArray(value)) return value.map(fromParsed)
  const object = new JsonObject()
  if (typeof value === 'object')
    for (const [key, member] of Object.entries(value)) object.members.set(key, fromParsed(member))
  return object
}

class Reader {
  at = 0
  readonly text: string

  constructor(text: string) {
    this.text = text
  }

  space(): void {
    while (' \t\r\n'.includes(this.text.charAt(this.at)) && this.at < this.text.length) this.at += 1
  }

  value(): Json {
    this.space()
    const next = this.text.charAt(this.at)
    if (next === '{') return this.object()
    if (next === '[') return this.list()
    if (next === '"') return this.string()
    for (const [word, value] of [
      ['true', true],
      ['false', false],
      ['null', null],
    ] as const)
      if (this.text.startsWith(word, this.at)) {
        this.at += word.length
        return value
      }
    return { number: this.take(/-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y) }
  }

  string(): string {
    const parsed: unknown = JSON.parse(this.take(/"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y))
    return String(parsed)
  }

  list(): readonly Json[] {
    const values: Json[] = []
    this.take(/\[/y)
    this.space()
    if (this.skip(']')) return values
    do values.push(this.value())
    while (this.more(']'))
    return values
  }

  object(): JsonObject {
    const object = new JsonObject()
    this.take(/\{/y)
    this.space()
    if (this.skip('}')) return object
    do {
      this.space()
      const key = this.string()
      if (object.members.has(key)) throw new BadJson(`the key ${key} appears twice`)
      this.space()
      this.take(/:/y)
      object.members.set(key, this.value())
    } while (this.more('}'))
    return object
  }

  more(end: string): boolean {
    this.space()
    if (this.skip(end)) return false
    this.take(/,/y)
    return true
  }

  skip(text: string): boolean {
    if (!this.text.startsWith(text, this.at)) return false
    this.at += text.length
    return true
  }

  take(pattern: RegExp): string {
    pattern.lastIndex = this.at
    const found = pattern.exec(this.text)
    if (found === null) throw new BadJson(`unexpected text at ${this.at}`)
    this.at += found[0].length
    return found[0]
  }
}
