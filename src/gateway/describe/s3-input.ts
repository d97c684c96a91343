import type { SurfaceOperation } from '#models'
import type { HttpRequest } from '#protocol'
import type { Json, JsonObject } from './json.ts'
import { malformed } from './refusal.ts'
import { readS3Head } from './s3-route.ts'

/**
 * What a request to S3 says in its path, query and headers, by the names of the members.
 * Takes: headers of a presigned request may stand in its query.
 * Errors: `InvalidArgument` (400) for a header that comes twice, or is in the query with another value.
 */
export function readS3Input(
  request: HttpRequest,
  operation: SurfaceOperation,
  bucketDomains: readonly string[],
): JsonObject {
  const { name, fields } = readS3Head(request, bucketDomains)
  const hoisted = new Map([...fields].map(([field, value]) => [field.toLowerCase(), value]))
  const input: Record<string, Json | undefined> = Object.create(null)
  for (const member of operation.input?.members ?? []) {
    const { wireName, place } = member
    if (place === 'query') input[member.name] = fields.get(wireName)
    if (place === 'header') input[member.name] = headerOf(request, wireName.toLowerCase(), hoisted)
  }
  input['Bucket'] = name.bucket
  input['Key'] = name.key
  if (input['VersionId'] === '') throw invalid('Version id cannot be the empty string')
  return input
}

function headerOf({ headers }: HttpRequest, name: string, hoisted: ReadonlyMap<string, string>): string | undefined {
  const values = headers[name]
  const query = name.startsWith('x-amz-') ? hoisted.get(name) : undefined
  if (values !== undefined && values.length > 1) throw invalid(`The header ${name} came more than once`)
  const value = values?.[0]?.trim()
  if (value !== undefined && query !== undefined && value !== query)
    throw invalid(`The header ${name} and the parameter of that name differ`)
  return value ?? query
}

function invalid(message: string) {
  return malformed(message, { code: 'InvalidArgument' })
}
