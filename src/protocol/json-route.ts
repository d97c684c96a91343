import type { ServiceModel } from '#models'
import { Fault } from './fault.ts'
import type { HttpRequest } from './http.ts'
import type { Call } from './wire.ts'

const longest = 256

/** Whether a request says its operation in a header, as those of AWS's JSON protocols do. */
export function isForJson({ headers }: HttpRequest): boolean {
  return headers['x-amz-target'] !== undefined
}

/**
 * Finds the operation that the header `X-Amz-Target` names.
 * Gives: `undefined` for a request without one.
 * Errors: `UnknownOperationException` (404) for a target that is not known, is there twice, or does not come by POST;
 *   `SerializationException` (400) for a body that says that it is something else than JSON.
 */
export function jsonRouteOf(
  { method, headers }: HttpRequest,
  services: readonly ServiceModel[],
): Pick<Call, 'service' | 'operation'> | undefined {
  const targets = headers['x-amz-target']
  if (targets === undefined) return undefined
  const [target = ''] = targets
  if (targets.length > 1 || target.length > longest || method !== 'POST') throw unknown(target)
  const dot = target.lastIndexOf('.')
  const [prefix, name] = [target.slice(0, Math.max(0, dot)), target.slice(dot + 1)]
  for (const service of services) {
    if (service.protocol !== 'json' || service.target === undefined || !isTarget(prefix, service.target)) continue
    const operation = Object.hasOwn(service.operations, name) ? service.operations[name] : undefined
    if (operation === undefined) throw unknown(target)
    checkType(headers['content-type'])
    return { service, operation }
  }
  throw unknown(target)
}

/** QUIRK: clients that are built from older definitions put the name of a Java package before the target of CloudTrail. */
function isTarget(prefix: string, target: string): boolean {
  return prefix === target || shortOf(prefix) === shortOf(target)
}

function shortOf(target: string): string {
  return target.slice(target.lastIndexOf('.') + 1)
}

function checkType(types: readonly string[] = []): void {
  if (types.every((type) => /^\s*application\/(?:x-amz-json-1\.[01]|json)\s*(?:;|$)/i.test(type))) return
  throw new Fault({
    code: 'SerializationException',
    status: 400,
    message: 'The body of the request must be of type application/x-amz-json-1.1.',
  })
}

function unknown(target: string): Fault {
  const shown = target.length <= longest ? target : `${target.slice(0, longest).toWellFormed()}...`
  return new Fault({
    code: 'UnknownOperationException',
    status: 404,
    message: `There is no operation ${JSON.stringify(shown)} here.`,
  })
}
