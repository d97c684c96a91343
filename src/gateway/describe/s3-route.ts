import { type Surface, type SurfaceOperation, surfaceOf } from '#models'
import type { HttpRequest } from '#protocol'
import { type Fields, readFields } from './field.ts'
import { malformed, notCovered, shown } from './refusal.ts'
import { locate, type S3Name } from './s3-name.ts'

/** Where operations look beside the method and the fixed fields of the query. */
interface Route {
  readonly operation: SurfaceOperation
  readonly level: 'service' | 'bucket' | 'key'
  /** The field of the query that chooses the operation; empty: none. */
  readonly subresource: string
}

/** Fields that choose an operation without being fixed in the model. */
const choosing = ['uploadId']

/** Fields with a fixed value that choose together with another, or instead of none. */
const valued: ReadonlySet<string> = new Set(['list-type', 'select-type'])

/** Fields that choose between two operations of one subresource: with it, and without it. */
const pairs: Readonly<Record<string, string>> = {
  analytics: 'id',
  'intelligent-tiering': 'id',
  inventory: 'id',
  metrics: 'id',
}

const notS3: ReadonlySet<string> = new Set([
  'action',
  'version',
  'x-amz-target',
  'x-amz-copy-source',
  'x-amz-copy-source-range',
])

let routes: ReadonlyMap<string, readonly Route[]> | undefined
let subresources: ReadonlySet<string> = new Set()

/**
 * Finds the operation of S3 that a request is routed to: by its method, bucket, key and subresource.
 * Errors: `InvalidRequest` (400) for two subresources, and one with a value; "not covered" for what no operation has.
 */
export function s3Operation(request: HttpRequest, bucketDomains: readonly string[]): SurfaceOperation {
  routes ??= routesOf(surface())
  const { name, fields } = readS3Head(request, bucketDomains)
  const chosen = subresourceOf(fields)
  const found = routes.get(`${request.method} ${levelOf(name)} ${chosen}`) ?? []
  const operation = choose(found, request, fields)
  if (operation === undefined)
    throw notCovered(
      `s3 ${request.method}`,
      `no operation fits ${chosen === '' ? 'the path' : `the subresource ${shown(chosen)}`}`,
    )
  refuseForeignFields(operation, fields)
  return operation
}

export interface S3Head {
  readonly name: S3Name
  readonly fields: Fields
}

/** A request is asked for several times in a row, so the last one is enough to remember. */
let last: { readonly request: HttpRequest; readonly domains: string; readonly head: S3Head } | undefined

/** Bucket, key and fields of a request to S3. */
export function readS3Head(request: HttpRequest, bucketDomains: readonly string[]): S3Head {
  const domains = bucketDomains.join()
  if (last?.request !== request || last.domains !== domains)
    last = { request, domains, head: readAnew(request, bucketDomains) }
  return last.head
}

function readAnew(request: HttpRequest, bucketDomains: readonly string[]): S3Head {
  if (request.headers['x-amz-target'] !== undefined)
    throw malformed('A request to S3 with X-Amz-Target could be another service’s.')
  const fields = readFields(request.query)
  for (const field of fields.keys())
    if (notS3.has(field.toLowerCase())) throw malformed(`The parameter ${shown(field)} does not belong to S3.`)
  return { name: locate(request, bucketDomains), fields }
}

function subresourceOf(fields: Fields): string {
  const present = [...fields.keys()].filter((field) => subresources.has(field))
  if (present.length > 1) throw malformed(`Conflicting query string parameters: ${present.sort().join(', ')}`)
  const [found = ''] = present
  if (found !== '' && !choosing.includes(found) && fields.get(found) !== '')
    throw malformed(`The parameter ${found} takes no value.`)
  if (choosing.includes(found) && fields.get(found) === '') throw malformed(`The parameter ${found} has no value.`)
  return found
}

function levelOf({ bucket, key }: S3Name): Route['level'] {
  if (bucket === undefined) return 'service'
  return key === undefined ? 'bucket' : 'key'
}

function choose(found: readonly Route[], request: HttpRequest, fields: Fields): SurfaceOperation | undefined {
  const id = fields.get('x-id')
  const fits = found.filter(({ operation, subresource }) => fitsRequest(operation, subresource, { request, fields }))
  const sorted = fits.map(({ operation }) => operation).sort((one, other) => fixed(other) - fixed(one))
  const chosen = sorted.find(({ name }) => name === id) ?? sorted[0]
  if (id !== undefined && chosen !== undefined && id !== chosen.name)
    throw malformed(`The parameter x-id says ${shown(id)}, the rest of the request says ${chosen.name}.`)
  return chosen
}

/** How many fields with a value an operation fixes, and headers that it needs: the more, the narrower it is. */
function fixed({ name, http }: SurfaceOperation): number {
  return [...(http?.query.keys() ?? [])].filter((field) => valued.has(field)).length + (name.endsWith('Copy') ? 1 : 0)
}

function fitsRequest(
  { name, http }: SurfaceOperation,
  subresource: string,
  { request, fields }: { readonly request: HttpRequest; readonly fields: Fields },
): boolean {
  for (const field of valued) if ((http?.query.get(field) ?? undefined) !== fields.get(field)) return false
  const copies = name === 'CopyObject' || name === 'UploadPartCopy'
  if (
    request.method === 'PUT' &&
    subresource !== 'renameObject' &&
    (copies || name === 'PutObject' || name === 'UploadPart')
  )
    if (copies !== (request.headers['x-amz-copy-source'] !== undefined)) return false
  const pair = pairs[subresource]
  if (pair !== undefined && request.method === 'GET') return name.startsWith('List') !== fields.has(pair)
  if (subresource === 'annotation' && request.method === 'GET')
    return name.startsWith('List') !== fields.has('annotationName')
  return name !== 'ListDirectoryBuckets' || fields.get('x-id') === name
}

/** A field that the operation does not have could choose another one with an upstream that knows it. */
function refuseForeignFields(operation: SurfaceOperation, fields: Fields): void {
  if (fields.size === 0) return
  const { name, input, http } = operation
  for (const field of fields.keys()) {
    if (field === 'x-id' || http?.query.has(field) === true) continue
    const small = field.toLowerCase()
    const known = input?.members.some(({ place, wireName }) =>
      place === 'query'
        ? wireName === field
        : place === 'header' && small.startsWith('x-amz-') && wireName.toLowerCase() === small,
    )
    if (known !== true && !small.startsWith('x-amz-meta-') && !isChecksum(small))
      throw notCovered(`s3:${name}`, `it has no parameter ${shown(field)}`)
  }
}

function isChecksum(field: string): boolean {
  return /^x-amz-(?:checksum-|sdk-checksum-algorithm$|user-agent$)/.test(field)
}

function surface(): Surface {
  const found = surfaceOf('s3')
  if (found === undefined) throw new Error('there is no surface of S3')
  return found
}

function routesOf({ operations }: Surface): ReadonlyMap<string, readonly Route[]> {
  const all = [...operations.values()].filter(({ name }) => name !== 'WriteGetObjectResponse').map(routeOf)
  subresources = new Set([...choosing, ...all.map((route) => route.subresource).filter((name) => name !== '')])
  return Map.groupBy(all, ({ operation, level, subresource }) => `${operation.http?.method} ${level} ${subresource}`)
}

function routeOf(operation: SurfaceOperation): Route {
  const members = operation.input?.members ?? []
  const has = (name: string, place: string) => members.some((member) => member.name === name && member.place === place)
  const level = has('Key', 'uri') ? 'key' : has('Bucket', 'uri') ? 'bucket' : 'service'
  const [subresource = ''] = [...(operation.http?.query ?? [])].flatMap(([name, value]) => (value === '' ? [name] : []))
  const upload = members.some(({ name, required, place }) => name === 'UploadId' && required && place === 'query')
  return { operation, level, subresource: subresource === '' && upload ? 'uploadId' : subresource }
}
