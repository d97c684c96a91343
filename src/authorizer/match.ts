import type { ServiceDefinition } from './definition.ts'
import { invalid, shown } from './input.ts'
import { contextValue } from './key-type.ts'
import { queryValues, segmentsOf } from './path.ts'
import { filled, type Route, type ValuePlace } from './route.ts'
import { conditionKeyIn } from './vocabulary.ts'

/** The head of a request to a service. */
export interface Head {
  readonly method: string
  /** As it was sent, percent-encoded. */
  readonly path: string
  /** As it was sent, without the `?`. */
  readonly query: string
  /** Names in small letters. */
  readonly headers: Readonly<Record<string, readonly string[] | undefined>>
}

/** What a request wants, by the routes of its service. */
export interface Wanted {
  /** `acme:GetPhoto` */
  readonly action: string
  readonly resource: string
  readonly context: Readonly<Record<string, string | readonly string[]>>
}

/**
 * Finds what a request to a service wants.
 * Errors: `ValidationError` for one that no route is for, and for what servers could understand in different ways.
 */
export function wantedOf(
  head: Head,
  definition: ServiceDefinition,
  { region, account }: { readonly region: string; readonly account: string },
): Wanted {
  const segments = segmentsOf(head.path)
  for (const route of definition.routes) {
    const names = route.method === head.method ? namesIn(route, segments) : undefined
    if (names === undefined) continue
    return {
      action: `${definition.prefix}:${route.action.name}`,
      resource: filled(route.resource, { region, account, named: (name) => names.get(name) ?? '' }),
      context: contextOf(route, { head, names, definition }),
    }
  }
  throw invalid(`No route of ${definition.prefix} is for ${shown(head.method)} ${shown(head.path)}.`)
}

/** What a path has for the names of a route. Gives: `undefined` for a path that the route is not for. */
function namesIn({ segments }: Route, path: readonly string[]): ReadonlyMap<string, string> | undefined {
  const last = segments.at(-1)
  if (last?.kind === 'rest' ? path.length < segments.length : path.length !== segments.length) return undefined
  const names = new Map<string, string>()
  for (const [index, { kind, text }] of segments.entries()) {
    const found = kind === 'rest' ? path.slice(index).join('/') : (path[index] ?? '')
    if (kind === 'literal' ? found !== text : found === '' || (kind === 'rest' && path.at(-1) === '')) return undefined
    if (kind !== 'literal') names.set(text, found)
  }
  return names
}

interface Looked {
  readonly head: Head
  readonly names: ReadonlyMap<string, string>
  readonly definition: ServiceDefinition
}

function contextOf({ context }: Route, looked: Looked): Wanted['context'] {
  const values: Record<string, string | readonly string[]> = Object.create(null)
  for (const [key, place] of context) {
    const found = valuesAt(place, looked)
    if (found.length === 0) continue
    const type = conditionKeyIn(looked.definition, key) ?? 'String'
    if (type.startsWith('ArrayOf')) values[key] = contextValue(found, key, type)
    // A value that is there twice could be read as either.
    else if (found.length > 1) throw invalid(`The ${place.from} has ${shown(place.name)} more than once.`)
    else values[key] = contextValue(found[0], key, type)
  }
  return values
}

function valuesAt({ from, name }: ValuePlace, { head, names }: Looked): readonly string[] {
  if (from === 'query') return queryValues(head.query, name)
  if (from === 'header') return (Object.hasOwn(head.headers, name) ? head.headers[name] : undefined) ?? []
  const value = names.get(name)
  return value === undefined ? [] : [value]
}
