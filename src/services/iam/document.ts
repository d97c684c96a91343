import { type Policy, type PolicyType, parse } from '#engine'
import type { World } from '../operation.ts'

/**
 * Reads a policy document that is to be stored.
 * Errors: `MalformedPolicyDocument` in the words of the first problem.
 */
export function checked(
  text: string,
  type: Extract<PolicyType, 'identity' | 'trust'>,
  world: World<'MalformedPolicyDocument'>,
): Policy {
  const { policy, problems } = parse(text, type)
  const [first] = problems
  if (first !== undefined || policy === undefined)
    throw world.fault('MalformedPolicyDocument', first?.message ?? 'Syntax errors in policy.')
  return policy
}

/** A document as answers carry it: URL-encoded by RFC 3986. */
export function encoded(document: string): string {
  return encodeURIComponent(document.toWellFormed()).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  )
}

/** The characters that count against a quota: all but white space outside strings. */
export function sizeOf(document: string): number {
  let size = 0
  for (const [token] of document.matchAll(/"(?:[^"\\]|\\.)*"?|[^\s"]+/gs)) size += token.length
  return size
}
