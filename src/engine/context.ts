import { equalsFolded, fold } from './fold.ts'
import { remembering } from './remember.ts'
import type { Context, Request } from './request.ts'

/** The name of a context key, with the spelling of the policy that asks for it. */
export interface Key {
  readonly written: string
  /** Without case (rule C-6). */
  readonly folded: string
}

/** What one decision knows: the request, and what is worked out of it on the way. */
export interface Scope {
  readonly request: Request
  readonly context: Context
  /** Whether the caller has a permissions boundary (rule P-13). */
  readonly bounded: boolean
  /** The context keys that are not known; absent in enforcement. */
  readonly doubt: Doubt | undefined
  /** Keys asked for that are not spelled as the context spells them. */
  misses: number
  /** The context by folded name, once there were several misses or the context is large. */
  index: Map<string, string | readonly string[]> | undefined
}

/** The keys that are not known, and those of them that were asked for. */
export interface Doubt {
  readonly keys: '*' | ReadonlySet<string>
  readonly asked: Map<string, string>
}

export const keyOf = remembering((written): Key => ({ written, folded: fold(written) }), { most: 1024, longest: 128 })

export function scopeOf(request: Request, bounded: boolean, doubt?: Doubt): Scope {
  return { request, context: request.context, bounded, doubt, misses: 0, index: undefined }
}

/**
 * Gives: the value of a context key; a list for a multivalued key, `undefined` for an absent one.
 * Cost: a property read when policy and context spell the key alike.
 */
export function contextValue(scope: Scope, key: Key): string | readonly string[] | undefined {
  const value: unknown = scope.context[key.written]
  if (typeof value === 'string') return value
  if (Array.isArray(value)) return value
  return scope.index === undefined ? search(scope, key) : scope.index.get(key.folded)
}

/** Whether an absent key is one that is not known. Remembers that it was asked for. */
export function isUnknown(scope: Scope, key: Key): boolean {
  const { doubt } = scope
  if (doubt === undefined) return false
  if (doubt.keys !== '*' && !doubt.keys.has(key.folded)) return false
  doubt.asked.set(key.folded, key.written)
  return true
}

const missesBeforeIndex = 8
const keysBeforeIndex = 64

function search(scope: Scope, key: Key): string | readonly string[] | undefined {
  const { context } = scope
  if (++scope.misses > missesBeforeIndex) return indexed(scope).get(key.folded)
  let count = 0
  let found: string | readonly string[] | undefined
  for (const name in context) {
    // To begin the list of a large context costs as much as the whole list: it is made once.
    if (++count > keysBeforeIndex) return indexed(scope).get(key.folded)
    if (found === undefined && equalsFolded(name, key.folded) && Object.hasOwn(context, name)) found = context[name]
  }
  return found
}

function indexed(scope: Scope): Map<string, string | readonly string[]> {
  const index = new Map<string, string | readonly string[]>()
  for (const [name, value] of Object.entries(scope.context)) {
    const folded = fold(name)
    if (!index.has(folded)) index.set(folded, value)
  }
  scope.index = index
  return index
}
