import { readFileSync, statSync } from 'node:fs'
import { coverage, gatewayServices } from './describe/index.ts'
import type { GatewaySettings, UpstreamCredentials } from './house.ts'

/** What an operator sets, by the names of the command line. */
export interface Given {
  readonly upstream?: string | undefined
  /** `s3=http://127.0.0.1:9000` */
  readonly service?: readonly string[] | undefined
  readonly upstreamCredentials?: string | undefined
  readonly upstreamAnonymous?: boolean | undefined
  readonly upstreamTimeout: number
  readonly passThrough?: readonly string[] | undefined
  readonly reportOnly?: boolean | undefined
  readonly gatewayAccount?: string | undefined
  readonly gatewayDomain?: readonly string[] | undefined
  readonly gatewayRegion?: readonly string[] | undefined
  readonly gatewayMaxBody: number
}

export interface Surroundings {
  /** Ids of the accounts of the installation. */
  readonly accounts: readonly string[]
  readonly variables: Readonly<Record<string, string | undefined>>
}

/** A setting that the operator must change; the message says which. */
export class SettingError extends Error {}

/**
 * Makes the gateway's settings of what the operator set.
 * Gives: `undefined` when no upstream is named. Errors: `SettingError`.
 */
export function settingsOf(given: Given, surroundings: Surroundings): GatewaySettings | undefined {
  const services = servicesIn(given.service ?? [])
  if (given.upstream === undefined && services.size === 0) return undefined
  const credentials = credentialsIn(given, surroundings)
  return {
    ...(given.upstream === undefined ? {} : { upstream: given.upstream }),
    services,
    ...(credentials === undefined ? {} : { credentials }),
    passThrough: new Set((given.passThrough ?? []).map(knownOperation)),
    reportOnly: given.reportOnly === true,
    account: accountIn(given, surroundings),
    domains: given.gatewayDomain ?? [],
    regions: given.gatewayRegion ?? ['us-east-1'],
    timeout: given.upstreamTimeout * 1000,
    maxBody: given.gatewayMaxBody,
  }
}

function servicesIn(pairs: readonly string[]): ReadonlyMap<string, string> {
  const services = new Map<string, string>()
  for (const pair of pairs) {
    const at = pair.indexOf('=')
    const name = pair.slice(0, at)
    if (!gatewayServices.includes(name))
      throw new SettingError(`--service: ${name} is none of ${gatewayServices.join(', ')}.`)
    if (services.has(name)) throw new SettingError(`--service names ${name} twice.`)
    services.set(name, pair.slice(at + 1))
  }
  return services
}

/** A name that no request can have would let the operator believe that something passes. */
function knownOperation(named: string): string {
  const [service = '', operation = ''] = named.split(':')
  if (!gatewayServices.includes(service))
    throw new SettingError(`--pass-through: ${service} is none of ${gatewayServices.join(', ')}.`)
  const isThere = coverage([service]).some(
    ({ enforced, refused }) => enforced.includes(operation) || Object.hasOwn(refused, operation),
  )
  if (operation !== '*' && !isThere) throw new SettingError(`--pass-through: ${service} has no operation ${operation}.`)
  return named
}

function accountIn({ gatewayAccount }: Given, { accounts }: Surroundings): string {
  if (gatewayAccount !== undefined) {
    if (accounts.includes(gatewayAccount)) return gatewayAccount
    throw new SettingError(`--gateway-account: there is no account ${gatewayAccount}.`)
  }
  const [only, another] = accounts
  if (only !== undefined && another === undefined) return only
  throw new SettingError('Say with --gateway-account which account owns what the upstreams hold.')
}

/** Gives: `undefined` where requests are to go on unsigned. */
function credentialsIn(given: Given, { variables }: Surroundings): UpstreamCredentials | undefined {
  const accessKeyId = variables['CARDEA_UPSTREAM_ACCESS_KEY_ID']
  const secretAccessKey = variables['CARDEA_UPSTREAM_SECRET_ACCESS_KEY']
  const sessionToken = variables['CARDEA_UPSTREAM_SESSION_TOKEN']
  if (given.upstreamAnonymous === true) return undefined
  if (given.upstreamCredentials !== undefined) return credentialsAt(given.upstreamCredentials)
  if (accessKeyId && secretAccessKey) return { accessKeyId, secretAccessKey, ...(sessionToken ? { sessionToken } : {}) }
  throw new SettingError(
    'The upstreams need keys that they know: set CARDEA_UPSTREAM_ACCESS_KEY_ID and CARDEA_UPSTREAM_SECRET_ACCESS_KEY, ' +
      'or --upstream-credentials, or say --upstream-anonymous for upstreams that ask for none.',
  )
}

function credentialsAt(path: string): UpstreamCredentials {
  const unfit = (why: string) => new SettingError(`--upstream-credentials: ${path} ${why}.`)
  let value: unknown
  try {
    if ((statSync(path).mode & 0o077) !== 0) throw unfit('can be read by others: chmod 600')
    value = JSON.parse(readFileSync(path, 'utf8'))
  } catch (cause) {
    if (cause instanceof SettingError) throw cause
    // The text of the error could show a part of the file.
    throw unfit('cannot be read as JSON')
  }
  const { accessKeyId, secretAccessKey, sessionToken } = Object(value) as Readonly<Record<string, unknown>>
  if (typeof accessKeyId !== 'string' || typeof secretAccessKey !== 'string')
    throw unfit('must hold accessKeyId and secretAccessKey')
  return { accessKeyId, secretAccessKey, ...(typeof sessionToken === 'string' ? { sessionToken } : {}) }
}
