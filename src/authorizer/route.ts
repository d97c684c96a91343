import { type ArnTemplate, fitsTemplate } from './arn-template.ts'
import type { OwnAction, ServiceDefinition } from './definition.ts'
import { checkMembers, fieldsOf, invalid, own, type Shape, shown, textOf } from './input.ts'

/** How a request to a service says what it wants. */
export interface Route {
  /** `GET` */
  readonly method: string
  /** As it was written: `/photos/{PhotoId}`. */
  readonly path: string
  readonly segments: readonly Segment[]
  readonly action: OwnAction
  /** `*`, or an ARN with `{Name}` for what the path names, and `${Region}` and `${Account}`. */
  readonly resource: string
  /** By condition key: where its value is. */
  readonly context: ReadonlyMap<string, ValuePlace>
}

/** One segment of a path. */
export type Segment =
  | { readonly kind: 'literal'; readonly text: string }
  /** `{Name}`, or `{Name+}` for all that is left. */
  | { readonly kind: 'name' | 'rest'; readonly text: string }

export interface ValuePlace {
  readonly from: 'path' | 'query' | 'header'
  readonly name: string
}

type Known = Pick<ServiceDefinition, 'prefix' | 'actions' | 'conditionKeys'>

const members = new Set(['method', 'path', 'action', 'resource', 'context'])
const methodShape: Shape = { pattern: /^[A-Z]{1,32}$/, wants: 'a method in capitals' }
const pathShape: Shape = { pattern: /^\/[!-~]{0,1023}$/, wants: 'a path that begins with a slash' }
const mostRoutes = 1000

/** Reads the routes of a service; of two that a request fits, the one with the earlier literal is first. */
export function routesIn(value: unknown, known: Known): readonly Route[] {
  if (value === undefined) return []
  if (!Array.isArray(value) || value.length > mostRoutes)
    throw invalid(`routes must be a list of at most ${mostRoutes}.`)
  const routes = value.map((one, index) => routeIn(one, `routes[${index}]`, known))
  const shapes = new Set<string>()
  for (const route of routes) {
    const shape = shapeOf(route)
    if (shapes.size === shapes.add(shape).size)
      throw invalid(`Two routes are for ${route.method} ${route.path}: a request could be either.`)
  }
  return routes.toSorted((one, other) => (shapeOf(one) < shapeOf(other) ? -1 : 1))
}

/** Texts of shapes are in the order in which routes are tried: literals before names, names before what takes the rest. */
function shapeOf({ method, segments }: Route): string {
  const order = { literal: '\u0001', name: '\u0002', rest: '\u0003' }
  const parts = segments.map(({ kind, text }) => `${order[kind]}${kind === 'literal' ? text : ''}`)
  return `${method} ${parts.join('/')}`
}

function routeIn(value: unknown, where: string, known: Known): Route {
  const fields = fieldsOf(value, where)
  checkMembers(fields, members, where)
  const path = textOf(own(fields, 'path'), `${where}.path`, pathShape)
  const segments = segmentsIn(path, where)
  const action = actionIn(own(fields, 'action'), where, known)
  return {
    method: textOf(own(fields, 'method'), `${where}.method`, methodShape),
    path,
    segments,
    action,
    resource: resourceIn(own(fields, 'resource') ?? '*', { where, segments, action }),
    context: contextIn(own(fields, 'context'), { where, segments, action }),
  }
}

function segmentsIn(path: string, where: string): readonly Segment[] {
  if (path === '/') return []
  const texts = path.slice(1).split('/')
  const segments = texts.map((text, index): Segment => {
    const [, name, rest] = /^\{(\w{1,64})(\+?)\}$/.exec(text) ?? []
    if (name !== undefined) return { kind: rest === '+' ? 'rest' : 'name', text: name }
    if (/[{}%?#;\\]|^\.\.?$/.test(text) || (text === '' && index < texts.length - 1))
      throw invalid(`${where}.path has a segment that is neither a plain text nor {Name}: ${shown(text)}`)
    return { kind: 'literal', text }
  })
  const names = namesOf(segments)
  if (new Set(names).size < names.length) throw invalid(`${where}.path names a segment twice.`)
  if (segments.slice(0, -1).some(({ kind }) => kind === 'rest'))
    throw invalid(`${where}.path may have {Name+} at its end only.`)
  return segments
}

function namesOf(segments: readonly Segment[]): readonly string[] {
  return segments.filter(({ kind }) => kind !== 'literal').map(({ text }) => text)
}

function actionIn(value: unknown, where: string, { prefix, actions }: Known): OwnAction {
  const [, service, name = ''] = (typeof value === 'string' && /^([^:]*):(.*)$/s.exec(value)) || []
  const action = service === prefix ? actions.get(name.toLowerCase()) : undefined
  if (action === undefined) throw invalid(`${where}.action must be an action of the service: ${prefix}:Name.`)
  return action
}

interface Where {
  readonly where: string
  readonly segments: readonly Segment[]
  readonly action: OwnAction
}

function resourceIn(value: unknown, { where, segments, action }: Where): string {
  const types = action.resourceTypes
  if (value === '*') {
    if (types.length === 0) return '*'
    throw invalid(`${where}.resource must be the ARN of a ${types.map(({ name }) => name).join(' or a ')}.`)
  }
  if (typeof value !== 'string' || value.length > 1024) throw invalid(`${where}.resource must be an ARN.`)
  for (const [, name = ''] of value.matchAll(/(?<!\$)\{([^}]*)\}/g))
    if (!namesOf(segments).includes(name))
      throw invalid(`${where}.resource has {${shown(name)}}, which the path has not.`)
  const sample = filled(value, { region: 'us-east-1', account: '111122223333', named: () => 'x' })
  if (/[{}$]/.test(sample) || !types.some(({ arn }) => fitsTemplate(arn, sample)))
    throw invalid(`${where}.resource does not have the form of a resource of ${action.name}: ${formsOf(types)}`)
  return value
}

function formsOf(types: readonly { readonly arn: ArnTemplate }[]): string {
  return types.length === 0 ? '*' : types.map(({ arn }) => arn.text).join(', ')
}

/** What stands for the variables of an ARN. */
export interface Filling {
  readonly region: string
  readonly account: string
  named(name: string): string
}

/** The ARN that a route's resource is for a request. */
export function filled(resource: string, filling: Filling): string {
  let arn = ''
  for (const { kind, text } of piecesOf(resource)) arn += kind === 'text' ? text : wordOf(kind, text, filling)
  return arn
}

function wordOf(kind: 'known' | 'named', text: string, { region, account, named }: Filling): string {
  if (kind === 'named') return named(text)
  return text === 'Region' ? region : text === 'Account' ? account : 'aws'
}

interface Piece {
  readonly kind: 'text' | 'known' | 'named'
  readonly text: string
}

const pieces = new Map<string, readonly Piece[]>()
const mostPieces = 4096

/** The texts and variables of a route's resource, worked out once. */
function piecesOf(resource: string): readonly Piece[] {
  const known = pieces.get(resource)
  if (known !== undefined) return known
  const found = resource.split(/(\$\{(?:Region|Account|Partition)\}|\{\w+\})/).map((text, index): Piece => {
    if (index % 2 === 0) return { kind: 'text', text }
    return text.startsWith('$')
      ? { kind: 'known', text: text.slice(2, -1) }
      : { kind: 'named', text: text.slice(1, -1) }
  })
  if (pieces.size >= mostPieces) pieces.clear()
  pieces.set(resource, found)
  return found
}

function contextIn(value: unknown, { where, segments, action }: Where): Route['context'] {
  const places = new Map<string, ValuePlace>()
  for (const [key, place] of Object.entries(fieldsOf(value ?? {}, `${where}.context`))) {
    if (!action.conditionKeys.includes(key))
      throw invalid(`${where}.context names ${shown(key)}, which is no condition key of ${action.name}.`)
    const [, from, name = ''] = (typeof place === 'string' && /^(path|query|header)\.([\w-]{1,64})$/.exec(place)) || []
    if (from === 'path' && !namesOf(segments).includes(name))
      throw invalid(`${where}.context takes ${key} from {${name}}, which the path has not.`)
    if (from === 'path' || from === 'query') places.set(key, { from, name })
    else if (from === 'header') places.set(key, { from, name: name.toLowerCase() })
    else throw invalid(`${where}.context must say path.NAME, query.NAME or header.NAME for ${key}.`)
  }
  return places
}
