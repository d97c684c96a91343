import { actionFacts, type Surface, type SurfaceOperation, surfaceOf } from '#models'
import type { Ask, Call } from './call.ts'
import type { Arrived, Described, Need, Target } from './described.ts'
import { withTagging } from './ec2.ts'
import { describeByReference } from './generic.ts'
import { nameTarget } from './identify.ts'
import { readInput } from './input.ts'
import { withKeys } from './key.ts'
import { notCovered } from './refusal.ts'
import type { ServiceRules } from './rules.ts'
import { readS3Input } from './s3-input.ts'
import { rulesOf } from './service.ts'
import { readSqsForm } from './sqs.ts'

/**
 * Says what a call needs: every action with every resource, and their condition keys.
 * Takes: a request whose body was read where the target says so.
 * Errors: `AccessDenied` (403) "not covered" where that cannot be told; 400 for what could be read in two ways.
 */
export function describe(target: Target, arrived: Arrived): Described {
  const { service, operation, protocol } = nameTarget(target, arrived.request)
  const surface = surfaceOf(service)
  const found = surface?.operations.get(operation)
  if (surface === undefined || found === undefined)
    throw notCovered(`${service}:${operation}`, 'it is no operation that is known')
  const needs = needsOf(readCall({ surface, operation: found }, protocol, arrived))
  if (needs.length === 0) throw notCovered(`${service}:${operation}`, 'it touches nothing')
  return { service, operation, needs, readOnly: needs.every(reads), eventSource: `${service}.amazonaws.com` }
}

function readCall(
  { surface, operation }: { readonly surface: Surface; readonly operation: SurfaceOperation },
  protocol: Target['protocol'],
  arrived: Arrived,
): Call {
  const { request, bucketDomains = [] } = arrived
  const head = { service: surface.name, operation, surface, arrived }
  if (surface.protocol === 'rest-xml') return { ...head, input: readS3Input(request, operation, bucketDomains) }
  const legacy = surface.protocol === 'json' && protocol === 'query'
  return { ...head, input: legacy ? readSqsForm(request, operation) : readInput(request, surface, operation) }
}

function needsOf(call: Call): readonly Need[] {
  const rules = rulesOf(call.service)
  return distinct(asksOf(call, rules)).map((ask) => withKeys(call, ask, rules))
}

function asksOf(call: Call, rules: ServiceRules): readonly Ask[] {
  const { name } = call.operation
  const reason = rules.refused?.[name]
  if (reason !== undefined) throw notCovered(`${call.service}:${name}`, reason)
  const rule = rules.operations?.[name]
  return rule === undefined ? withTagging(call, describeByReference(call, rules)) : rule(call)
}

/** The asks, each once; one whose keys must be looked up may differ in what is found. */
function distinct(asks: readonly Ask[]): readonly Ask[] {
  if (asks.length < 2) return asks
  const seen = new Set<string>()
  return asks.filter(({ action, resource, context = {}, unknown, late }) => {
    if (unknown !== undefined || late !== undefined) return true
    const key = JSON.stringify([action, resource, context])
    const fresh = !seen.has(key)
    seen.add(key)
    return fresh
  })
}

function reads({ action }: Need): boolean {
  const level = actionFacts(action)?.accessLevel
  return level === 'Read' || level === 'List'
}
