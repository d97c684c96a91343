import { type Surface, surfaceOf } from '#models'
import { type HttpRequest, header, readForm } from '#protocol'
import type { NamedTarget, Routing, Target } from './described.ts'
import { readFieldLists } from './field.ts'
import { hostOf, readHost } from './host.ts'
import { needsBody } from './input.ts'
import { malformed, notCovered, shown } from './refusal.ts'
import { restOperation } from './rest-path.ts'
import { s3Operation } from './s3-route.ts'
import { gatewayServices } from './service.ts'

/** Operations of S3 whose body says what they touch. */
const s3Bodies: ReadonlySet<string> = new Set(['CreateBucket', 'DeleteObjects', 'RestoreObject'])

/**
 * Finds the service and operation that an upstream would route a request to: from its host, path, query and headers, never
 * from the scope of its signature alone.
 * Takes: a request whose body need not be read yet.
 * Errors: "not covered" for what no known operation fits, and for what two services could take; 400 for what could be read in
 *   two ways.
 */
export function identifyTarget(request: HttpRequest, routing: Routing): Target {
  const host = readHost(hostOf(request), routing.bucketDomains)
  const open = gatewayServices.filter(
    (name) =>
      (routing.services.length === 0 || routing.services.includes(name)) &&
      (host.service === undefined || host.service === name),
  )
  const candidates = host.bucket === undefined ? open.filter((name) => fits(request, name)) : open
  const scoped = candidates.filter((name) => name === routing.scope)
  const [service, another] = candidates.length > 1 && scoped.length > 0 ? scoped : candidates
  if (service === undefined) throw notCovered(wordsOf(request), 'it fits no service that has an upstream')
  if (another !== undefined) throw notCovered(wordsOf(request), `it fits ${candidates.join(' and ')}`)
  return targetIn(service, request, routing)
}

/** The target with its operation, from the body where it stands there. Takes: a request whose body was read if the target says so. */
export function nameTarget(target: Target, request: HttpRequest): NamedTarget {
  const { operation } = target
  if (operation !== undefined && target.protocol !== 'query' && target.protocol !== 'ec2')
    return { ...target, operation }
  const surface = knownSurface(target.service)
  return { ...target, operation: actionIn(readQueryForm(request), surface) }
}

/** Whether a request has the form of a service's protocol. */
function fits(request: HttpRequest, service: string): boolean {
  const surface = knownSurface(service)
  if (surface.protocol === 'rest-xml') return !namesTarget(request) && !actsByQuery(request)
  if (surface.protocol === 'rest-json') return restOperation(request, surface) !== undefined
  if (namesTarget(request)) return surface.protocol === 'json' && targetOf(request).startsWith(`${surface.target}.`)
  return speaksQuery(surface) && isQuery(request, surface)
}

function targetIn(service: string, request: HttpRequest, { bucketDomains }: Routing): Target {
  const surface = knownSurface(service)
  const known = { service, signing: service, protocol: surface.protocol }
  if (surface.protocol === 'rest-xml') {
    const { name, input } = s3Operation(request, bucketDomains)
    const document = input?.members.some(
      ({ place, shape }) => place === 'payload' && surface.shapes[shape]?.type !== 'blob',
    )
    const streams = name === 'CompleteMultipartUpload' || name === 'SelectObjectContent'
    return { ...known, operation: name, needsBody: s3Bodies.has(name) || (document === true && !streams) }
  }
  if (surface.protocol === 'rest-json') {
    const operation = restOperation(request, surface)
    if (operation === undefined || namesTarget(request))
      throw notCovered(wordsOf(request), `it is no operation of ${service}`)
    return { ...known, operation: operation.name, needsBody: needsBody(surface, operation) }
  }
  if (namesTarget(request)) return { ...known, operation: operationInTarget(request, surface), needsBody: true }
  if (!speaksQuery(surface) || !isQuery(request, surface))
    throw notCovered(wordsOf(request), `it is no operation of ${service}`)
  const [operation] = readFieldLists(request.query).get('Action') ?? []
  const protocol = surface.protocol === 'ec2' ? 'ec2' : 'query'
  return { ...known, protocol, ...(operation !== undefined && { operation }), needsBody: true }
}

function knownSurface(service: string): Surface {
  const surface = surfaceOf(service)
  if (surface === undefined) throw notCovered(service, 'its interface is not known')
  return surface
}

function speaksQuery({ protocol, name }: Surface): boolean {
  return protocol === 'query' || protocol === 'ec2' || name === 'sqs'
}

/** SQS takes requests at the path of a queue too, the others at the root alone. */
function isQuery(request: HttpRequest, { name }: Surface): boolean {
  const { method, path } = request
  if (path !== '/' && path !== '' && !(name === 'sqs' && /^(?:\/[A-Za-z0-9_.-]+){2,4}$/.test(path))) return false
  if (actsByQuery(request)) return method === 'GET' || method === 'POST'
  return method === 'POST' && isForm(request)
}

function isForm(request: HttpRequest): boolean {
  return /^application\/x-www-form-urlencoded\s*(?:;|$)/i.test(header(request, 'content-type')?.trim() ?? '')
}

function actsByQuery({ query }: HttpRequest): boolean {
  return /(?:^|&)action=/i.test(query)
}

function namesTarget({ headers }: HttpRequest): boolean {
  return headers['x-amz-target'] !== undefined
}

function targetOf(request: HttpRequest): string {
  const target = header(request, 'x-amz-target')
  if (target === undefined) throw malformed('The header X-Amz-Target came more than once.')
  return target
}

/** Errors: for another body than JSON: an upstream would read its members from another form of it. */
function operationInTarget(request: HttpRequest, surface: Surface): string {
  const target = targetOf(request)
  const operation = target.slice(surface.target.length + 1)
  const { method, path, query } = request
  if (surface.protocol !== 'json' || !target.startsWith(`${surface.target}.`) || !surface.operations.has(operation))
    throw notCovered(shown(target), 'no service that has an upstream has this operation')
  if (method !== 'POST' || (path !== '/' && path !== '') || readFieldLists(query).size > 0)
    throw notCovered(shown(target), 'an operation of the JSON protocol is posted to the root')
  const type = header(request, 'content-type')?.trim() ?? ''
  if (!/^application\/(?:x-amz-json-1\.[01]|json)\s*(?:;|$)/i.test(type))
    throw notCovered(shown(target), `its body is of the type ${shown(type)}`)
  refuseCharset(request)
  return operation
}

function readQueryForm(request: HttpRequest) {
  if (request.body.length > 0 && !isForm(request))
    throw malformed('The body of a request of the query protocol must be of type application/x-www-form-urlencoded')
  refuseCharset(request)
  const form = readForm(request)
  // A semicolon parts fields for some servers, and any case of letters makes the same field for others.
  if (request.body.includes(semicolon)) throw malformed('A semicolon in a form must be percent-encoded.')
  const small = new Set([...form.names()].map((name) => name.toLowerCase()))
  if (small.size < form.size) throw malformed('The form has a field in two cases of letters.')
  return form
}

const semicolon = 0x3b

/** Errors: for a body in another charset than the one that it is read in here. */
function refuseCharset(request: HttpRequest): void {
  const charset = /;\s*charset\s*=\s*"?([^";\s]*)/i.exec(header(request, 'content-type') ?? '')?.[1]
  if (charset !== undefined && !/^(?:utf-?8|us-ascii)$/i.test(charset))
    throw malformed('The body of the request must be in UTF-8.')
}

function actionIn(form: ReturnType<typeof readForm>, surface: Surface): string {
  const [action, version] = [form.get('Action'), form.get('Version')]
  if (action === undefined) throw malformed('Missing Action', { code: 'MissingAction' })
  if (!surface.operations.has(action))
    throw notCovered(`${surface.name}:${shown(action)}`, 'it is no operation that is known')
  if (version !== undefined && version !== surface.apiVersion)
    throw notCovered(`${surface.name}:${action}`, `it is not of the version ${surface.apiVersion}`)
  return action
}

function wordsOf({ method, path }: HttpRequest): string {
  return `${method} ${shown(path)}`
}
