import { exitCode, Stop } from '../stop.ts'

/** A value from outside, and where it stands: `details.json: UserDetailList[3].UserName`. */
export interface Node {
  readonly value: unknown
  readonly at: string
}

/** The deepest that files may nest: deeper than any policy, and shallow enough for every function that goes through them. */
const deepest = 100

/**
 * Reads JSON from outside.
 * Errors: `Stop` for bytes that are no UTF-8, a text that is no JSON, and one that is nested too deep.
 */
export function jsonIn(bytes: Uint8Array, at: string): Node {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
    if (depthOf(text) > deepest) throw new Error(`it is nested deeper than ${deepest} levels`)
    return { value: JSON.parse(text), at }
  } catch (cause) {
    throw new Stop(exitCode.usage, `${at} is no JSON that can be read: ${(cause as Error).message}`, cause)
  }
}

function depthOf(text: string): number {
  let depth = 0
  let most = 0
  for (const [token] of text.matchAll(/"(?:[^"\\]|\\.)*"|[[\]{}]/gs)) {
    if (token === '[' || token === '{') most = Math.max(most, ++depth)
    else if (token === ']' || token === '}') depth--
  }
  return most
}

/** A refusal of what stands at a node. */
export function wrong({ at }: Node, says: string): Stop {
  return new Stop(exitCode.usage, `${at} ${says}`)
}

/** Gives: a member of an object; its value is `undefined` where it is absent or null. */
export function member(node: Node, name: string): Node {
  const { value } = node
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw wrong(node, 'is not an object.')
  const inner: unknown = Object.hasOwn(value, name) ? Reflect.get(value, name) : undefined
  return { value: inner ?? undefined, at: /: /.test(node.at) ? `${node.at}.${name}` : `${node.at}: ${name}` }
}

/** Gives: the items of a list; none where it is absent. */
export function items(node: Node): readonly Node[] {
  const { value, at } = node
  if (value === undefined) return []
  if (!Array.isArray(value)) throw wrong(node, 'is not a list.')
  return value.map((item: unknown, index) => ({ value: item, at: `${at}[${index}]` }))
}

export function text(node: Node): string {
  if (typeof node.value !== 'string') throw wrong(node, node.value === undefined ? 'is missing.' : 'is not a text.')
  return node.value
}

export function optionalText(node: Node): string | undefined {
  return node.value === undefined ? undefined : text(node)
}

export function optionalNumber(node: Node): number | undefined {
  if (node.value === undefined) return undefined
  if (typeof node.value !== 'number') throw wrong(node, 'is not a number.')
  return node.value
}
