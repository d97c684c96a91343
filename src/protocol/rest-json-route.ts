import type { OperationModel, ServiceModel } from '#models'
import { valuesOf } from './canonical.ts'
import type { HttpRequest } from './http.ts'

/** An operation that a path leads to. */
export interface Routed {
  readonly service: ServiceModel
  readonly operation: OperationModel
}

/** A place in the tree of path templates: what a next segment leads to, and what ends here, by method. */
interface Node {
  readonly literal: Map<string, Node>
  any?: Node
  /** What a label that takes the rest of the path leads to, by method. */
  readonly rest: Map<string, OperationModel[]>
  readonly ends: Map<string, OperationModel[]>
}

const trees = new WeakMap<ServiceModel, Node>()

/**
 * Finds the operation of a REST service by method and path.
 *
 * Takes: of services that share an address, the one that the request is signed for is asked first, the others after it.
 * Gives: `undefined` when no path template fits.
 * Cost: one step for each segment of the path, in each service.
 */
export function routeOf(request: HttpRequest, services: readonly ServiceModel[]): Routed | undefined {
  if (request.path === '/' || request.path === '') return undefined
  const segments = segmentsOf(request.path)
  const signedFor = signingNameOf(request)
  for (const service of ordered(services, signedFor)) {
    const operation = find(treeOf(service), segments, request)
    if (operation !== undefined) return { service, operation }
  }
  return undefined
}

/** Whether a request is signed for a service that speaks REST with JSON, whatever its path. */
export function isForRestJson(request: HttpRequest, services: readonly ServiceModel[]): boolean {
  const name = signingNameOf(request)
  return services.some(({ protocol, signingName }) => protocol === 'rest-json' && signingName === name)
}

/** The parts of a path between its slashes, as sent; the one before the first slash is left out. */
export function segmentsOf(path: string): readonly string[] {
  return path.replace(/^\//, '').split('/')
}

/** The service name of the credential scope; unverified. */
function signingNameOf(request: HttpRequest): string | undefined {
  const [authorization = ''] = valuesOf(request, 'authorization') ?? []
  const scoped = /\bCredential=[^/,\s]+\/\d{8}\/[a-z0-9-]+\/([a-z0-9-]+)\//.exec(authorization.slice(0, 1024))
  if (scoped !== null) return scoped[1]
  const presigned = /(?:^|&)X-Amz-Credential=[^&]{1,256}?%2F\d{8}%2F[a-z0-9-]+%2F([a-z0-9-]+)%2F/i.exec(request.query)
  return presigned?.[1]
}

function ordered(services: readonly ServiceModel[], first: string | undefined): readonly ServiceModel[] {
  const speaking = services.filter(({ protocol }) => protocol === 'rest-json')
  const isFirst = ({ signingName }: ServiceModel) => signingName === first
  return speaking.some(isFirst) ? speaking.filter(isFirst) : speaking
}

function find(tree: Node, segments: readonly string[], request: HttpRequest): OperationModel | undefined {
  const found = walk(tree, segments, request.method)
  if (found === undefined || found.length === 1) return found?.[0]
  // Templates of the same path differ by parameters of the query that they fix.
  const query = new URLSearchParams(request.query)
  const fits = ({ http }: OperationModel) =>
    [...fixedQuery(http?.path ?? '')].every(([key, value]) => query.get(key) === value)
  return found.filter(fits).sort((one, other) => size(other) - size(one))[0]
}

function size({ http }: OperationModel): number {
  return [...fixedQuery(http?.path ?? '')].length
}

function fixedQuery(path: string): URLSearchParams {
  return new URLSearchParams(path.split('?', 2)[1] ?? '')
}

/** A literal segment goes before a label, and a label before one that takes the rest. */
function walk(node: Node, segments: readonly string[], method: string): readonly OperationModel[] | undefined {
  const [segment, ...more] = segments
  if (segment === undefined) return node.ends.get(method)
  const literal = node.literal.get(segment)
  const byLiteral = literal === undefined ? undefined : walk(literal, more, method)
  if (byLiteral !== undefined) return byLiteral
  const byLabel = node.any === undefined || segment === '' ? undefined : walk(node.any, more, method)
  return byLabel ?? (segment === '' ? undefined : node.rest.get(method))
}

function treeOf(service: ServiceModel): Node {
  const known = trees.get(service)
  if (known !== undefined) return known
  const root = emptyNode()
  for (const operation of Object.values(service.operations)) plant(root, operation)
  trees.set(service, root)
  return root
}

function plant(root: Node, operation: OperationModel): void {
  if (operation.http === undefined) throw new Error(`${operation.name} has no path`)
  const { method, path } = operation.http
  let node = root
  for (const segment of segmentsOf(path.split('?', 1)[0] ?? '')) {
    if (/^\{[^}]+\+\}$/.test(segment)) {
      add(node.rest, method, operation)
      return
    }
    node = /^\{[^}]+\}$/.test(segment) ? labelled(node) : literally(node, segment)
  }
  add(node.ends, method, operation)
}

function labelled(node: Node): Node {
  node.any ??= emptyNode()
  return node.any
}

function literally({ literal }: Node, segment: string): Node {
  const next = literal.get(segment) ?? emptyNode()
  literal.set(segment, next)
  return next
}

function add(into: Map<string, OperationModel[]>, method: string, operation: OperationModel): void {
  into.set(method, [...(into.get(method) ?? []), operation])
}

function emptyNode(): Node {
  return { literal: new Map(), rest: new Map(), ends: new Map() }
}
