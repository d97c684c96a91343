import type { Surface, SurfaceOperation } from '#models'
import { decodeOnce, readFields } from './field.ts'

const indexes = new WeakMap<Surface, ReadonlyMap<string, readonly SurfaceOperation[]>>()

/**
 * Finds the operation that a path of a REST protocol belongs to.
 * Gives: `undefined` where none does, as for a path with empty or dot segments.
 */
export function restOperation(
  { method, path, query }: { readonly method: string; readonly path: string; readonly query: string },
  surface: Surface,
): SurfaceOperation | undefined {
  const segments = segmentsOf(path)
  if (segments === undefined) return undefined
  const candidates = indexOf(surface).get(`${method} ${segments.length}`) ?? []
  const fits = candidates.filter(({ http }) => http?.path.every((part, at) => isLabel(part) || part === segments[at]))
  if (fits.length < 2) return fits[0]
  const fields = readFields(query)
  const matching = fits.filter(({ http }) => http?.query.entries().every(([name, value]) => fields.get(name) === value))
  return matching.sort((one, other) => weight(other) - weight(one))[0]
}

/** The values of the labels in a path, by the members that they belong to. */
export function labelsOf(path: string, { http }: SurfaceOperation): ReadonlyMap<string, string> {
  const segments = segmentsOf(path) ?? []
  const labels = (http?.path ?? []).flatMap((part, at) =>
    isLabel(part) ? [[part.slice(1, -1), segments[at] ?? ''] as const] : [],
  )
  return new Map(labels)
}

/** How much an operation says of its path and query. */
function weight({ http }: SurfaceOperation): number {
  return (http?.path.filter((part) => !isLabel(part)).length ?? 0) * 16 + (http?.query.size ?? 0)
}

function isLabel(part: string): boolean {
  return part.startsWith('{')
}

/** The decoded segments; a single slash at the end counts for nothing. */
function segmentsOf(path: string): readonly string[] | undefined {
  if (!/^\/[\x21-\x7E]*$/.test(path) || path.includes('\\')) return undefined
  const segments = path.slice(1, path.length > 1 && path.endsWith('/') ? -1 : undefined).split('/')
  const decoded: string[] = []
  for (const segment of segments) {
    const text = decodeOnce(segment)
    if (text === undefined || text === '' || text === '.' || text === '..' || text.includes('\0')) return undefined
    decoded.push(text)
  }
  return decoded
}

function indexOf(surface: Surface): ReadonlyMap<string, readonly SurfaceOperation[]> {
  const known = indexes.get(surface)
  if (known !== undefined) return known
  const operations = [...surface.operations.values()]
  const index = Map.groupBy(operations, ({ http }) => `${http?.method} ${http?.path.length}`)
  indexes.set(surface, index)
  return index
}
