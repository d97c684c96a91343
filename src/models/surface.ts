import { readFileSync } from 'node:fs'
import { brotliDecompressSync } from 'node:zlib'
import { surfaceNames } from './generated/surface-names.ts'
import type { ServiceModel } from './model.ts'

/** What goes into a service, and how its operations are routed: enough to tell what a request to it touches. */
export interface Surface {
  /** The name of its signatures and of its actions: `secretsmanager`. */
  readonly name: string
  readonly protocol: ServiceModel['protocol']
  /** `2012-08-10` */
  readonly apiVersion: string
  /** Of the JSON protocol: what stands before the operation in `X-Amz-Target`; empty for the others. */
  readonly target: string
  readonly operations: ReadonlyMap<string, SurfaceOperation>
  /** Members refer to shapes by their place in this list. */
  readonly shapes: readonly SurfaceShape[]
}

export interface SurfaceOperation {
  readonly name: string
  /** The members of its input; absent: nothing goes in. */
  readonly input?: SurfaceStructure
  /** Of the REST protocols. */
  readonly http?: SurfaceHttp
}

export interface SurfaceHttp {
  readonly method: string
  /** Segments of the path, `{FunctionName}` and `{Key+}` among them. */
  readonly path: readonly string[]
  /** Fields of the query that the operation always has, with their values. */
  readonly query: ReadonlyMap<string, string>
}

export type SurfaceShape = SurfaceStructure | SurfaceList | SurfaceMap | SurfaceScalar

export interface SurfaceStructure {
  readonly type: 'structure'
  readonly members: readonly SurfaceMember[]
}

export interface SurfaceList {
  readonly type: 'list'
  readonly member: number
  readonly wireName: string
  readonly flattened: boolean
}

export interface SurfaceMap {
  readonly type: 'map'
  readonly key: number
  readonly value: number
  readonly keyName: string
  readonly valueName: string
  readonly flattened: boolean
}

export interface SurfaceScalar {
  readonly type: 'string' | 'number' | 'boolean' | 'timestamp' | 'blob' | 'document'
}

export interface SurfaceMember {
  readonly name: string
  readonly shape: number
  readonly required: boolean
  readonly wireName: string
  readonly place: SurfacePlace
}

/** `headers` and `fields`: all whose names begin with the wire name; `payload`: the whole body. */
export type SurfacePlace = 'body' | 'uri' | 'query' | 'header' | 'headers' | 'payload' | 'fields' | 'attribute'

/** As `tools/surface.ts` writes it. */
interface SurfaceRow {
  readonly name: string
  readonly protocol: ServiceModel['protocol']
  readonly apiVersion: string
  readonly target: string
  readonly operations: readonly (readonly [name: string, input: number, method?: string, uri?: string])[]
  readonly shapes: readonly ShapeRow[]
}

type ShapeRow =
  | keyof typeof scalars
  | readonly ['l', member: number, wireName: string, flat: 0 | 1]
  | readonly ['m', key: number, value: number, keyName: string, valueName: string, flat: 0 | 1]
  | readonly ['o', required: number, members: readonly MemberRow[]]

type MemberRow = readonly [name: string, shape: number, place?: string, wireName?: string]

const scalars = {
  s: { type: 'string' },
  n: { type: 'number' },
  b: { type: 'boolean' },
  t: { type: 'timestamp' },
  x: { type: 'blob' },
  d: { type: 'document' },
} as const

const places: Readonly<Record<string, SurfacePlace>> = {
  u: 'uri',
  q: 'query',
  h: 'header',
  p: 'headers',
  b: 'payload',
  a: 'fields',
  x: 'attribute',
}

const surfaces = new Map<string, Surface>()

/**
 * Gives: what is known of a service's interface; `undefined` for one that is not known.
 * Cost: the first call for a service unpacks its file; EC2's, the largest, takes 20 ms.
 */
export function surfaceOf(name: string): Surface | undefined {
  const known = surfaces.get(name)
  if (known !== undefined || !surfaceNames.includes(name)) return known
  const file = readFileSync(new URL(`./generated/surface-${name}.br`, import.meta.url))
  const surface = read(JSON.parse(brotliDecompressSync(file).toString('utf8')))
  surfaces.set(name, surface)
  return surface
}

function read({ operations, shapes: rows, ...head }: SurfaceRow): Surface {
  const shapes = rows.map(shapeOf)
  return {
    ...head,
    shapes,
    operations: new Map(
      operations.map(([name, number, method, uri]) => {
        const input = shapes[number]
        return [
          name,
          {
            name,
            ...(input?.type === 'structure' && { input }),
            ...(method !== undefined && uri !== undefined && { http: httpOf(method, uri) }),
          },
        ]
      }),
    ),
  }
}

function shapeOf(row: ShapeRow): SurfaceShape {
  if (typeof row === 'string') return scalars[row]
  if (row[0] === 'l') return { type: 'list', member: row[1], wireName: row[2], flattened: row[3] === 1 }
  if (row[0] === 'm')
    return { type: 'map', key: row[1], value: row[2], keyName: row[3], valueName: row[4], flattened: row[5] === 1 }
  const [, required, members] = row
  return {
    type: 'structure',
    members: members.map(([name, shape, place, wireName], at) => ({
      name,
      shape,
      required: at < required,
      wireName: wireName ?? name,
      place: places[place ?? ''] ?? 'body',
    })),
  }
}

function httpOf(method: string, uri: string): SurfaceHttp {
  const [path = '', query = ''] = uri.split('?')
  const fields = query.split('&').filter((field) => field !== '')
  return {
    method,
    path: path.split('/').slice(1),
    query: new Map(fields.map((field) => [field.split('=')[0] ?? '', field.split('=')[1] ?? ''])),
  }
}
