import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { nearest } from '../nearest.ts'
import { type Operator, operatorOf } from '../operator.ts'
import { placeOf, readRunFile } from '../place.ts'
import { profilePath, readProfiles } from '../profile.ts'
import type { Program } from '../program.ts'
import type { Settings } from '../setting.ts'
import { exitCode, Stop } from '../stop.ts'
import { apiOf, type Connection, Refusal } from './api.ts'
import { member, text } from './json.ts'

/** A server to talk to, and its installation where that is on this machine. */
export interface Server {
  readonly url: string
  readonly certificate: string | undefined
  /** `undefined`: the server is not that of the data folder. */
  readonly operator: Operator | undefined
  /** The data folder. */
  readonly folder: string
}

/** A caller of the API who proved who they are. */
export interface Identity {
  readonly account: string
  readonly arn: string
  readonly connection: Connection
}

/**
 * Does some work with the server that runs on the data folder, with the one that `AWS_ENDPOINT_URL` names, or with one
 * that is there for the work only.
 * Errors: `Stop` when there is none of these.
 */
export async function withServer<Result>(
  program: Program,
  settings: Settings,
  work: (server: Server) => Promise<Result>,
): Promise<Result> {
  const folder = settings.data
  const running = readRunFile(folder)
  if (running !== undefined) {
    const { url, certificate } = running
    return work({ url, certificate, operator: operatorOf(running), folder })
  }
  const named = process.env['AWS_ENDPOINT_URL']
  if (named !== undefined && /\bamazonaws\.com/i.test(named))
    throw new Stop(exitCode.usage, `AWS_ENDPOINT_URL is ${named}, and this talks to Cardea only: unset it.`)
  if (named !== undefined && fromShell(named) !== undefined)
    return work({ url: named, certificate: process.env['AWS_CA_BUNDLE'], operator: undefined, folder })
  if (!existsSync(join(folder, 'aws-config')))
    throw new Stop(
      exitCode.server,
      `There is no installation in ${folder}, and no server. Start one with cardea serve.`,
    )
  const installation = await program.open(placeOf(settings, process.env))
  try {
    const quiet = {
      ...settings,
      host: '127.0.0.1',
      port: 0,
      tlsCert: undefined,
      tlsKey: undefined,
      hook: undefined,
      extAuthzPort: undefined,
    }
    const serving = await installation.serve({ ...quiet, logLevel: 'silent' }, randomBytes(32).toString('hex'))
    try {
      return await work({ url: serving.url, certificate: undefined, operator: installation, folder })
    } finally {
      await serving.stop()
    }
  } finally {
    await installation.close()
  }
}

/**
 * Who may be asked as: the named profiles; without names, whoever the shell is connected as, then every profile there is.
 * Errors: `Stop` for a profile that is not there, or whose keys the server refuses.
 */
export async function* identities(server: Server, names: readonly string[]): AsyncGenerator<Identity> {
  const profiles = readProfiles(server.folder)
  for (const name of names) {
    const profile = profiles.get(name)
    if (profile === undefined)
      throw new Stop(
        exitCode.usage,
        `${profilePath(server.folder)} has no profile ${name}. Did you mean ${nearest(name, [...profiles.keys()])}?`,
      )
    yield await identify(connectionOf(server, profile), `the profile ${name}`)
  }
  if (names.length > 0) return
  const shell = fromShell(server.url)
  if (shell !== undefined) yield await identify(connectionOf(server, shell), 'this shell (AWS_ACCESS_KEY_ID)')
  // Roots come last: they are for what nobody else can do.
  const others = [...profiles].sort(([one], [other]) => Number(isRoot(one)) - Number(isRoot(other)))
  for (const [, profile] of others) {
    const found = await tried(connectionOf(server, profile))
    if (found !== undefined) yield found
  }
}

/** Proves who somebody is. Errors: `Refusal`. */
export async function identityOf(connection: Connection): Promise<Identity> {
  const answer = { value: await apiOf('sts', connection).call('GetCallerIdentity', {}), at: connection.url }
  return { account: text(member(answer, 'Account')), arn: text(member(answer, 'Arn')), connection }
}

export function connectionOf({ url, certificate }: Server, keys: Connection['credentials']): Connection {
  const { accessKeyId, secretAccessKey, sessionToken } = keys
  const credentials = { accessKeyId, secretAccessKey, ...(sessionToken === undefined ? {} : { sessionToken }) }
  return { url, certificate, credentials }
}

function isRoot(profile: string): boolean {
  return /(?:^|-)root$/.test(profile)
}

/** The credentials of a shell that is connected to this very server; others are never sent to it. */
function fromShell(url: string): Connection['credentials'] | undefined {
  const { AWS_ENDPOINT_URL, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN } = process.env
  if (AWS_ENDPOINT_URL === undefined || AWS_ACCESS_KEY_ID === undefined || AWS_SECRET_ACCESS_KEY === undefined)
    return undefined
  if (AWS_ENDPOINT_URL.replace(/\/$/, '') !== url.replace(/\/$/, '')) return undefined
  return {
    accessKeyId: AWS_ACCESS_KEY_ID,
    secretAccessKey: AWS_SECRET_ACCESS_KEY,
    ...(AWS_SESSION_TOKEN ? { sessionToken: AWS_SESSION_TOKEN } : {}),
  }
}

async function identify(connection: Connection, who: string): Promise<Identity> {
  try {
    return await identityOf(connection)
  } catch (cause) {
    if (cause instanceof Refusal)
      throw new Stop(exitCode.failed, `The server does not accept the keys of ${who}: ${cause.message}`, cause)
    throw cause
  }
}

async function tried(connection: Connection): Promise<Identity | undefined> {
  try {
    return await identityOf(connection)
  } catch (cause) {
    if (cause instanceof Refusal) return undefined
    throw cause
  }
}
