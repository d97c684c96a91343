import type { Page, PageRequest } from '#store'
import type { World } from '../operation.ts'

const usual = 50
const most = 100

/** The page that a listing asks for. Errors: `ValidationException`. */
export function pageFrom(
  { nextToken, pageSize = usual }: { readonly nextToken?: string | undefined; readonly pageSize?: number | undefined },
  { fault }: World<'ValidationException'>,
): PageRequest {
  if (pageSize < 1) throw fault('ValidationException', 'pageSize must be at least 1.')
  const limit = Math.min(pageSize, most)
  if (nextToken === undefined) return { limit }
  // INVARIANT: a token says only where to go on within the caller's own account and region, so it needs no seal.
  const after = Buffer.from(nextToken, 'base64url').toString('latin1')
  if (!/^[0-9a-f-]{36}$/.test(after) || tokenOf(after) !== nextToken)
    throw fault('ValidationException', 'nextToken is not one that this operation gave.')
  return { limit, after }
}

/** Where the next page begins; `undefined` after the last one. */
export function nextToken({ items, more }: Page<{ readonly id: string }>): string | undefined {
  const last = items.at(-1)
  return more && last !== undefined ? tokenOf(last.id) : undefined
}

function tokenOf(id: string): string {
  return Buffer.from(id).toString('base64url')
}
