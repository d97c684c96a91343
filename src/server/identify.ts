import type { AccountCaller } from '#access'
import type { ServiceModel } from '#models'
import {
  type Call,
  Fault,
  type HttpRequest,
  isForJson,
  isForRestJson,
  json,
  jsonRouteOf,
  missingAuthenticationToken,
  operationOf as operationIn,
  query,
  queryJson,
  readForm,
  restJson,
  routeOf,
  type WireForm,
  wantsJson,
} from '#protocol'
import type { Operation } from '#services'
import type { Entry } from './entry.ts'
import type { House } from './house.ts'

/** Finds out what a request asks for in one of AWS's protocols. Gives: `undefined` when it is in another one. */
type Route = (request: HttpRequest, services: readonly ServiceModel[]) => Call | undefined

/** Asked in this order. */
const routes: readonly Route[] = [inJson, inRest, inQuery]

/** The JSON protocols know an operation by a header. */
function inJson(request: HttpRequest, services: readonly ServiceModel[]): Call | undefined {
  const found = jsonRouteOf(request, services)
  return found && { ...found, form: json }
}

/** The REST protocols know an operation by its method and path. */
function inRest(request: HttpRequest, services: readonly ServiceModel[]): Call | undefined {
  const found = routeOf(request, services)
  if (found !== undefined) return { ...found, form: restJson }
  if (request.path !== '/' && isForRestJson(request, services)) throw unknownOperation()
  return undefined
}

/** The query protocol knows two methods. */
function inQuery(request: HttpRequest, services: readonly ServiceModel[]): Call | undefined {
  if (request.method !== 'POST' && request.method !== 'GET') return undefined
  return { ...operationIn(readForm(request), services), form: wantsJson(request) ? queryJson : query }
}

/**
 * Finds the operation that a request asks for, and the form in which it asks.
 * Errors: `MissingAction` and `InvalidAction`, both 400, and those of a form that cannot be read;
 *   `UnknownOperationException` (404) for a request in no protocol that is known.
 */
export function identify(request: HttpRequest, services: readonly ServiceModel[]): Call {
  for (const route of routes) {
    const call = route(request, services)
    if (call !== undefined) return call
  }
  throw unknownOperation()
}

/** The form of a refusal of a request that asks for nothing that is known. */
export function formOf(request: HttpRequest, services: readonly ServiceModel[]): WireForm {
  if (isForJson(request)) return json
  return isForRestJson(request, services) ? restJson : query
}

function unknownOperation(): Fault {
  return new Fault({ code: 'UnknownOperationException', status: 404, message: 'The request is in no known protocol.' })
}

/**
 * Finds who asks.
 * Gives: `undefined` for a request without a signature, where the operation needs none.
 * Errors: those of the signature; `MissingAuthenticationToken` (403) for a request without one.
 */
export async function authenticate(
  { request, at, operation }: Entry,
  call: Call,
  house: House,
): Promise<AccountCaller | undefined> {
  if (operation?.certified === true) return undefined
  const caller = await house.access.authenticate(request, call, at)
  if (caller.kind === 'anonymous') {
    if (operation?.vouch !== undefined) return undefined
    throw missingAuthenticationToken()
  }
  house.uses.note(caller, { service: call.service.signingName, operation: call.operation.name }, at)
  return caller
}

/** What performs the call. Errors: `NotImplemented` (501) for an operation of AWS that is not built. */
export function operationOf({ service, operation }: Call, found: Operation | undefined): Operation {
  if (found !== undefined) return found
  const name = `${service.name}:${operation.name}`
  throw new Fault({ code: 'NotImplemented', status: 501, message: `Cardea does not have the operation ${name} yet.` })
}
