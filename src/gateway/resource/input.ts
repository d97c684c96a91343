import { Fault } from '#protocol'
import type { Tag } from '#store'

/** The members of a request's body, unchecked. */
export type Input = ReadonlyMap<string, unknown>

const largest = 65_536

/** Reads a body that is a JSON object. Errors: `ValidationError` (400), also for members that nobody knows. */
export function inputIn(body: Uint8Array, known: readonly string[]): Input {
  if (body.length > largest) throw invalid(`The body has more than ${largest} bytes.`)
  let value: unknown
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body))
  } catch (cause) {
    throw invalid('The body is not JSON.', cause)
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw invalid('The body is not an object.')
  const input = new Map(Object.entries(value))
  for (const name of input.keys())
    if (!known.includes(name)) throw invalid(`${name.slice(0, 64)} is not a member of this request.`)
  return input
}

const arn = /^arn:[a-z-]{1,20}:[a-z0-9-]{1,64}:[a-z0-9-]{0,32}:(?:\d{12})?:[^\p{Cc}*?]{1,1024}$/u

/** Errors: `ValidationError` for what is no ARN of one resource. */
export function arnIn(input: Input): string {
  const value = input.get('resourceArn')
  if (typeof value === 'string' && arn.test(value)) return value
  throw invalid('resourceArn must be the ARN of one resource.')
}

export function textIn(input: Input, name: string): string {
  const value = input.get(name)
  if (typeof value === 'string' && value !== '') return value
  throw invalid(`${name} must be a text.`)
}

const mostTags = 50

/** Tags as an object, by their keys. */
export function tagsIn(input: Input): readonly Tag[] {
  const value = input.get('tags')
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw invalid('tags must be an object.')
  const tags = Object.entries(value).map(([key, text]) => ({ key, value: text as unknown }))
  if (tags.length > mostTags) throw invalid(`A resource has at most ${mostTags} tags.`)
  return tags.map(({ key, value: text }) => {
    const isFine = typeof text === 'string' && text.length <= 256 && /^(?!aws:)[^\p{Cc}]{1,128}$/iu.test(key)
    if (!isFine) throw invalid(`The tag ${JSON.stringify(key.slice(0, 64))} is not a tag.`)
    return { key, value: text }
  })
}

export function keysIn(input: Input): readonly string[] {
  const value: unknown = input.get('tagKeys')
  if (Array.isArray(value) && value.every((key) => typeof key === 'string')) return value
  throw invalid('tagKeys must be a list of texts.')
}

export function invalid(message: string, cause?: unknown): Fault {
  return new Fault({ code: 'ValidationError', status: 400, message, cause })
}
