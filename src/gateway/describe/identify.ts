import type { HttpRequest } from '#protocol'
import type { NamedTarget, Routing, Target } from './described.ts'
import { notCovered } from './refusal.ts'

/**
 * Finds the service and operation that an upstream would route a request to.
 * Takes: a request whose body need not be read yet.
 * Errors: `AccessDenied` (403) for what no known operation fits; 400 for what could be read in two ways.
 */
export function identifyTarget(request: HttpRequest, routing: Routing): Target {
  throw notCovered(`${request.method} ${request.path}`, `no operation of ${routing.services.join(', ')}`)
}

/** The target with its operation, from the body where it stands there. Takes: a request whose body was read if the target says so. */
export function nameTarget(target: Target, request: HttpRequest): NamedTarget {
  const { operation } = target
  if (operation === undefined) throw notCovered(`${request.method} ${request.path}`, 'no operation')
  return { ...target, operation }
}
