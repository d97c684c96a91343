import type { Described, Lookups, Need } from './described.ts'
import { notCovered } from './refusal.ts'

/**
 * Asks for what must be known before the needs of a call can be decided.
 * Gives: the same, at once, where there is nothing to ask.
 * Errors: "not covered" where a resource cannot be found.
 */
export function settle(described: Described, lookups: Lookups): Described | Promise<Described> {
  return described.needs.every(({ late }) => late === undefined) ? described : settled(described, lookups)
}

async function settled(described: Described, lookups: Lookups): Promise<Described> {
  const needs: Need[] = []
  for (const { late, ...need } of described.needs) {
    if (late?.applies !== undefined && (await late.applies(lookups)) === false) continue
    const resource = late?.resource === undefined ? need.resource : await late.resource(lookups)
    if (resource === undefined)
      throw notCovered(
        `${described.service}:${described.operation}`,
        'the upstream does not tell which resource it touches',
      )
    needs.push({ ...need, resource })
  }
  return { ...described, needs }
}
