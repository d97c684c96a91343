import type { HttpRequest } from '#protocol'
import { decodeOnce } from './field.ts'
import { hostOf, readHost } from './host.ts'
import { malformed, notCovered, shown } from './refusal.ts'

/** The bucket and key that a request names. */
export interface S3Name {
  /** Absent: the request is to the service itself. */
  readonly bucket?: string
  /** Decoded, slashes and all; absent: the request is to the bucket. */
  readonly key?: string
}

export interface CopySource {
  readonly bucket: string
  readonly key: string
  readonly versionId?: string
}

const bucketName = /^[A-Za-z0-9][A-Za-z0-9._-]{1,253}[A-Za-z0-9]$/

/** Ends of names that are no buckets of the ordinary kind: aliases of access points, directory buckets, tables. */
const special = /(?:-s3alias|--ol-s3|--x-s3|--xa-s3|--op-s3|--table-s3|\.mrap)$/

/**
 * The bucket and key of a request, in path style or with the bucket as host: both give the same.
 * The key is decoded once, and every slash of it is kept.
 * Errors: `InvalidRequest` (400) for dot segments, whose encoded forms included, backslashes, and what is not UTF-8; "not
 *   covered" for access points and the like.
 */
export function locate(request: HttpRequest, bucketDomains: readonly string[]): S3Name {
  const host = readHost(hostOf(request), bucketDomains)
  const { path } = request
  if (!/^\/[\x21-\x7E]*$/.test(path) || /[\\#?<>"^`{|}]/.test(path)) throw unreadable()
  if (host.bucket !== undefined) return named(host.bucket, path.slice(1))
  const slash = path.indexOf('/', 1)
  const bucket = path.slice(1, slash < 0 ? undefined : slash)
  if (bucket === '') {
    if (path !== '/') throw unreadable()
    return {}
  }
  return named(bucket, slash < 0 ? '' : path.slice(slash + 1))
}

/**
 * Reads `x-amz-copy-source`.
 * Errors: `InvalidArgument` (400) for what could be read in two ways: a plus sign, a half-encoded path.
 */
export function readCopySource(value: string): CopySource {
  if (value.startsWith('arn:') || /^\/?arn%3a/i.test(value))
    throw notCovered('s3:CopyObject', 'its source is an access point')
  const [, path = '', version] = /^\/?([^?]+)(?:\?versionId=([^?&=\s]+))?$/.exec(value) ?? []
  if (!/^[\x21-\x7E]+$/.test(path) || twice.test(path)) throw badSource()
  const slash = path.indexOf('/')
  const plain = slash < 0 ? decodeOnce(path) : path
  const at = plain?.indexOf('/') ?? -1
  if (plain === undefined || at < 1) throw badSource()
  const { bucket, key } = named(
    plain.slice(0, at),
    slash < 0 ? encodeURIComponent(plain.slice(at + 1)) : path.slice(slash + 1),
  )
  const versionId = version === undefined ? undefined : decodeOnce(version)
  if (bucket === undefined || key === undefined || (version !== undefined && versionId === undefined)) throw badSource()
  return { bucket, key, ...(versionId !== undefined && { versionId }) }
}

/** What some servers decode twice, take for a version, or end at: a source goes on as it came. */
const twice = /\+|%25(?:00|2[ef]|5c)|%3fversionid(?:=|%3d)|(?:^|\/|%2f)(?:\.|%2e){1,2}(?:;|%3b)/i

function named(bucket: string, rawKey: string): S3Name {
  if (/%3a|:/i.test(bucket) || special.test(bucket)) throw notCovered(shown(bucket), 'only buckets are covered')
  if (!bucketName.test(bucket) || bucket.includes('..'))
    throw malformed('The specified bucket is not valid.', { code: 'InvalidBucketName' })
  if (rawKey === '') return { bucket }
  const key = decodeOnce(rawKey)
  if (key === undefined || key.includes('\0')) throw unreadable()
  // INVARIANT: no segment of a forwarded path is one that a reader of URLs takes away; S3 itself has such keys.
  for (const text of [key, rawKey])
    if (text.split(/[/\\]/).some((segment) => segment === '.' || segment === '..')) throw unreadable()
  return { bucket, key }
}

function unreadable() {
  return malformed('The path of the request cannot be read in one way only.', { code: 'InvalidURI' })
}

function badSource() {
  return malformed('Copy Source must mention the source bucket and key: sourcebucket/sourcekey', {
    code: 'InvalidArgument',
  })
}
