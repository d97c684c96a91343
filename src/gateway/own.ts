import { type HttpRequest, operationOf, readClaim, readForm } from '#protocol'
import { type House, isForIssuer, isProbe } from '#server'

/** Whom a request is for, as far as its head tells: this installation, another service, or its body must be asked. */
export type Addressee = 'own' | 'other' | 'unsure'

/** Below it, requests without a signature are for Cardea's own interfaces. With one, its scope tells. */
const ownPath = '/cardea/'

/** The signing name of what belongs to Cardea alone. */
export const ownName = 'cardea'

/**
 * Finds out whom a request is for.
 * A signature says it by its scope, which whoever answers then holds the request against. Without one it must be one of
 * Cardea's own interfaces, or an action that Cardea's own services know.
 */
export function addresseeOf(head: HttpRequest, house: House): Addressee {
  // An interface that says so takes a request whatever its signature is for.
  if (house.fronts.some((front) => front.takes?.(head) === true)) return 'own'
  const scope = scopeOf(head)
  if (scope !== undefined) return isOwn(scope, house) ? 'own' : 'other'
  if (head.path.startsWith(ownPath) || isProbe(head) || isForIssuer(head)) return 'own'
  if (head.path !== '/') return 'other'
  if (head.method === 'POST' && hasForm(head)) return 'unsure'
  return head.query.includes('Action=') ? sure(head, house) : 'other'
}

/** The same, of a request whose body was read. */
export function sure(request: HttpRequest, house: House): Exclude<Addressee, 'unsure'> {
  try {
    operationOf(readForm(request), house.services)
    return 'own'
  } catch {
    return 'other'
  }
}

/** The service that a signature is scoped to. Gives: `undefined` without a signature, and for one that cannot be read. */
export function scopeOf(head: HttpRequest): string | undefined {
  try {
    return readClaim(head)?.scope.service
  } catch {
    return undefined
  }
}

function isOwn(scope: string, { services }: House): boolean {
  return scope === ownName || services.some(({ signingName }) => signingName === scope)
}

function hasForm({ headers }: HttpRequest): boolean {
  return (
    headers['content-type']?.some((type) => /^\s*application\/x-www-form-urlencoded\s*(?:;|$)/i.test(type)) === true
  )
}
