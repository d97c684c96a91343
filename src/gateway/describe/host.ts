import { surfaceNames } from '#models'
import { type HttpRequest, header } from '#protocol'
import { malformed, notCovered, shown } from './refusal.ts'

/** What a host says of a request. */
export interface HostSays {
  readonly service?: string
  /** The bucket that is a host. */
  readonly bucket?: string
}

const region = '[a-z]{2}(?:-[a-z]+)+-\\d'
const s3Host = new RegExp(
  `^(?:(?<bucket>[a-z0-9][a-z0-9.-]*)\\.)?s3(?:-fips|-accelerate|-external-1|-${region})?(?:\\.dualstack)?(?:\\.${region})?\\.amazonaws\\.com$`,
)
const otherS3Host = /(?:^|\.)(?:s3-(?:accesspoint|control|object-lambda|website|outposts)|s3express)[a-z0-9-]*\./

/** First labels of hosts that are not the name of their service. */
const labels: Readonly<Record<string, string>> = {
  queue: 'sqs',
  ddb: 'dynamodb',
  'sync-states': 'states',
  'stream-logs': 'logs',
  'data-kinesis': 'kinesis',
  'control-kinesis': 'kinesis',
}

/**
 * The host of a request in small letters, without its port.
 * Errors: `InvalidRequest` (400) for none, for two, and for one that is no name.
 */
export function hostOf(request: HttpRequest): string {
  const host = header(request, 'host')?.trim().toLowerCase()
  const found = host === undefined ? undefined : /^(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::\d{1,5})?$/.exec(host)?.[1]
  if (found === undefined || found.endsWith('.') || found.includes('..'))
    throw malformed('The request has no host that can be read.')
  return found
}

/**
 * What the host says of the service and the bucket.
 * Takes: names under which buckets are hosts.
 * Gives: nothing for a host that is no service's.
 * Errors: "not covered" for hosts of AWS that belong to none of the services.
 */
export function readHost(host: string, bucketDomains: readonly string[]): HostSays {
  for (const domain of bucketDomains)
    if (host.endsWith(`.${domain}`)) return { service: 's3', bucket: host.slice(0, -domain.length - 1) }
  const s3 = s3Host.exec(host)
  if (s3 !== null) return { service: 's3', ...(s3.groups?.['bucket'] && { bucket: s3.groups['bucket'] }) }
  const service = serviceIn(host)
  if (service !== undefined) return { service }
  if (host.includes('.s3.')) throw notCovered(shown(host), 'buckets are no hosts under this name, as far as is set')
  if (otherS3Host.test(host) || /(?:^|\.)(?:amazonaws\.com(?:\.cn)?|on\.aws|api\.aws)$/.test(host))
    throw notCovered(shown(host), 'it is the host of no service that is known')
  return {}
}

function serviceIn(host: string): string | undefined {
  const [first = '', second = '', ...rest] = host.split('.')
  if (second === '') return undefined
  const named = serviceNamed(first)
  // QUIRK: an account's own endpoint has the account in front, a queue's old one the region: `123456789012.ddb.…`.
  const behind = /^\d{12}$|^[a-z]{2}(?:-[a-z]+)+-\d$/.test(first) && rest.length > 0
  return named ?? (behind ? serviceNamed(second) : undefined)
}

function serviceNamed(label: string): string | undefined {
  if (Object.hasOwn(labels, label)) return labels[label]
  return surfaceNames.includes(label) ? label : undefined
}
