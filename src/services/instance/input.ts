import { Fault } from '#protocol'
import type { Tag } from '#store'

/** The members of a request's body, unchecked. */
export type Input = ReadonlyMap<string, unknown>

/** Reads a body that is a JSON object. Errors: `ValidationError` (400). */
export function inputIn(body: Uint8Array): Input {
  let value: unknown
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body))
  } catch (cause) {
    throw invalid('The body is not JSON.', cause)
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw invalid('The body is not an object.')
  return new Map(Object.entries(value))
}

/** Errors: `ValidationError` for a member that the operation does not know. */
export function checkMembers(input: Input, known: readonly string[]): void {
  for (const name of input.keys())
    if (!known.includes(name)) throw invalid(`${name.slice(0, 64)} is not a member of this request.`)
}

/** What a text has to look like, and how to say it. */
export interface Shape {
  /** Anchored. */
  readonly pattern: RegExp
  readonly wants: string
}

/** Errors: `ValidationError` for one that is absent or of another shape. */
export function textIn(input: Input, name: string, { pattern, wants }: Shape): string {
  const value = input.get(name)
  if (typeof value !== 'string' || !pattern.test(value)) throw invalid(`${name} must be ${wants}.`)
  return value
}

export function optionalTextIn(input: Input, name: string, shape: Shape): string | undefined {
  return input.get(name) === undefined ? undefined : textIn(input, name, shape)
}

/** A whole number of a range. Takes: what stands for an absent one. */
export function numberIn(
  input: Input,
  name: string,
  { least, most, usual }: { readonly least: number; readonly most: number; readonly usual?: number },
): number {
  const value = input.get(name) ?? usual
  if (typeof value !== 'number' || !Number.isInteger(value) || value < least || value > most)
    throw invalid(`${name} must be a whole number from ${least} to ${most}.`)
  return value
}

const mostTags = 50
/** Source: the keys of tags that EC2 shows in instance metadata. */
const tagKey = /^(?!aws:|\.{1,2}$|_index$)[A-Za-z0-9+\-=.,_:@]{1,128}$/i
const tagValue = /^[^\p{Cc}]{0,256}$/u

/** Errors: `ValidationError` for what is no object of texts, and for keys that cannot be shown in instance metadata. */
export function tagsIn(input: Input): readonly Tag[] {
  const value = input.get('tags') ?? {}
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw invalid('tags must be an object.')
  const tags = Object.entries(value)
  if (tags.length > mostTags) throw invalid(`There may be at most ${mostTags} tags.`)
  if (new Set(tags.map(([key]) => key.toLowerCase())).size < tags.length)
    throw invalid('The keys of tags must differ in more than the case of letters.')
  return tags.map(([key, text]) => {
    if (!tagKey.test(key)) throw invalid('The key of a tag must be 1–128 letters, digits and +-=.,_:@, without aws:.')
    if (typeof text !== 'string' || !tagValue.test(text))
      throw invalid(`The value of the tag ${key} must be a text of at most 256 characters.`)
    return { key, value: text }
  })
}

export function invalid(message: string, cause?: unknown): Fault {
  return new Fault({ code: 'ValidationError', status: 400, message, cause })
}
