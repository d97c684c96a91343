import type { Context } from '#engine'
import type { Surface, SurfaceOperation } from '#models'
import type { Arrived, Late, Unknown } from './described.ts'
import { isObject, type Json, type JsonObject } from './json.ts'
import { malformed, notCovered } from './refusal.ts'

/** A call of an operation whose input was read. */
export interface Call {
  /** `dynamodb` */
  readonly service: string
  readonly operation: SurfaceOperation
  readonly surface: Surface
  /** By the names of the members in the SDK's model, whatever their names on the wire. */
  readonly input: JsonObject
  readonly arrived: Arrived
}

/** One permission, before the keys that every call of its action has are added. */
export interface Ask {
  /** Without its service where that is the call's own: `PutItem`, `iam:PassRole`. */
  readonly action: string
  readonly resource: string
  readonly context?: Context
  readonly unknown?: readonly Unknown[]
  readonly late?: Late
}

/** Says what a call of an operation needs. Errors: those of `describe`. */
export type Rule = (call: Call) => readonly Ask[]

/** `service:Operation` */
export function nameOf({ service, operation }: Call): string {
  return `${service}:${operation.name}`
}

/** The ARN of a resource of the call's own service, region and account. Takes: `table/Books`. */
export function ownArn({ service, arrived }: Call, resource: string): string {
  return `arn:${arrived.partition}:${service}:${arrived.region}:${arrived.account}:${resource}`
}

/** The text of a member; `undefined` where it is absent or `null`. Errors: `SerializationException` (400) for another type of value. */
export function textIn(input: JsonObject, name: string): string | undefined {
  const value = input[name] ?? undefined
  if (value === undefined || typeof value === 'string') return value
  throw mistyped(name)
}

/** The text of a member that the operation cannot do without. */
export function neededText(call: Call, name: string): string {
  const value = textIn(call.input, name)
  if (value === undefined || value === '') throw notCovered(nameOf(call), `the member ${name} is missing`)
  return value
}

/** The texts of a list; none where it is absent. */
export function textsIn(input: JsonObject, name: string): readonly string[] {
  return listIn(input, name).map((item) => {
    if (typeof item !== 'string') throw mistyped(name)
    return item
  })
}

export function listIn(input: JsonObject, name: string): readonly Json[] {
  const value = input[name] ?? []
  if (!isList(value)) throw mistyped(name)
  return value
}

/** The structures of a list; none where it is absent. */
export function objectsIn(input: JsonObject, name: string): readonly JsonObject[] {
  return listIn(input, name).map((item) => {
    if (!isObject(item)) throw mistyped(name)
    return item
  })
}

/** A structure or map; `undefined` where it is absent. */
export function objectIn(input: JsonObject, name: string): JsonObject | undefined {
  const value = input[name] ?? undefined
  if (value === undefined || isObject(value)) return value
  throw mistyped(name)
}

function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value)
}

function mistyped(name: string) {
  return malformed(`The member ${name} is of another type than the service expects.`, {
    code: 'SerializationException',
  })
}
