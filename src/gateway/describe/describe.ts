import type { Arrived, Described, Target } from './described.ts'
import { nameTarget } from './identify.ts'
import { notCovered } from './refusal.ts'

/**
 * Says what a call needs: every action with every resource, and their condition keys.
 * Errors: `AccessDenied` (403) "not covered" where that cannot be told; 400 for a body that cannot be read in one way only.
 */
export function describe(target: Target, arrived: Arrived): Described {
  const { service, operation } = nameTarget(target, arrived.request)
  throw notCovered(`${service}:${operation}`, 'there is no description')
}
