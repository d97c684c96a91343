import { X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { send } from '../client.ts'
import { nearest } from '../nearest.ts'
import { placeOf, type RunFile, readRunFile } from '../place.ts'
import { type Output, remark, say } from '../print.ts'
import { homeRegion, type Profile, profilePath, readProfiles } from '../profile.ts'
import type { Settings } from '../setting.ts'
import { type ExitCode, exitCode, Stop } from '../stop.ts'
import { plannedUrl } from './init.ts'

export interface EnvOptions {
  readonly profile: string
  /** ARN of a role to assume. */
  readonly role?: string
  readonly shell: 'posix' | 'fish' | 'powershell'
}

/** Variables to set, or to unset where the value is undefined. */
type Variables = Readonly<Record<string, string | undefined>>

/** Prints the shell commands that point AWS's clients at the running server. It touches no file. */
export async function env(settings: Settings, options: EnvOptions, output: Output): Promise<ExitCode> {
  const { folder } = placeOf(settings, process.env)
  if (folder === undefined)
    throw new Stop(exitCode.usage, 'A store in memory has no profiles; use the keys that cardea serve printed.')
  const running = readRunFile(folder)
  const profile = profileOf(folder, options.profile)
  const url = running?.url ?? (profile.url === '' ? plannedUrl(settings) : profile.url)
  if (running === undefined) remark(output, `No server runs on ${folder}; start it with cardea serve.`)
  const credentials = options.role === undefined ? profile : await assume(running, { url, profile, role: options.role })
  const variables = variablesOf({ url, folder, credentials, running })
  const set = Object.fromEntries(Object.entries(variables).filter(([, value]) => value !== undefined))
  say(output, set, () => Object.entries(variables).map(lineFor(options.shell)).join('\n'))
  return exitCode.done
}

interface Credentials {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken?: string
}

function variablesOf(given: {
  url: string
  folder: string
  credentials: Credentials
  running: RunFile | undefined
}): Variables {
  const { url, folder, credentials, running } = given
  return {
    AWS_ENDPOINT_URL: url,
    AWS_REGION: homeRegion,
    AWS_DEFAULT_REGION: homeRegion,
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    AWS_SESSION_TOKEN: credentials.sessionToken,
    AWS_CONFIG_FILE: profilePath(folder),
    ...trusted(running?.certificate),
    // These would win over the ones above.
    AWS_PROFILE: undefined,
    AWS_DEFAULT_PROFILE: undefined,
    AWS_ENDPOINT_URL_IAM: undefined,
    AWS_ENDPOINT_URL_STS: undefined,
    AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: undefined,
  }
}

function profileOf(folder: string, name: string): Profile {
  const profiles = readProfiles(folder)
  const found = profiles.get(name)
  if (found !== undefined) return found
  if (profiles.size === 0)
    throw new Stop(
      exitCode.failed,
      `There are no credentials in ${profilePath(folder)}. Start the server once with cardea serve.`,
    )
  throw new Stop(
    exitCode.usage,
    `${profilePath(folder)} has no profile ${name}. Did you mean ${nearest(name, [...profiles.keys()])}?`,
  )
}

async function assume(
  running: RunFile | undefined,
  { url, profile, role }: { url: string; profile: Profile; role: string },
): Promise<Credentials> {
  const form = new URLSearchParams({
    Action: 'AssumeRole',
    Version: '2011-06-15',
    RoleArn: role,
    RoleSessionName: `cardea-env-${Date.now()}`,
  })
  const { status, body } = await send({
    url,
    certificate: running?.certificate,
    method: 'POST',
    path: '/',
    credentials: profile,
    service: 'sts',
    body: form.toString(),
  })
  const of = (name: string) => new RegExp(`<${name}>([^<]*)</${name}>`).exec(body)?.[1]
  if (status !== 200)
    throw new Stop(exitCode.failed, `${of('Code')}: ${unescaped(of('Message') ?? body.slice(0, 500))}`)
  const [accessKeyId, secretAccessKey, sessionToken] = [of('AccessKeyId'), of('SecretAccessKey'), of('SessionToken')]
  if (accessKeyId === undefined || secretAccessKey === undefined || sessionToken === undefined)
    throw new Stop(exitCode.server, `${url} gave an answer without credentials. Is it a Cardea?`)
  return { accessKeyId, secretAccessKey, sessionToken }
}

function unescaped(text: string): string {
  const names: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }
  return text.replace(/&(amp|lt|gt|quot|apos);/g, (_, name: string) => names[name] ?? '')
}

/** What makes clients trust a certificate. One that others vouch for is not named as the bundle, which takes their place. */
function trusted(certificate: string | undefined): Variables {
  if (certificate === undefined) return {}
  const { issuer, subject } = new X509Certificate(readFileSync(certificate))
  return { ...(issuer === subject ? { AWS_CA_BUNDLE: certificate } : {}), NODE_EXTRA_CA_CERTS: certificate }
}

/** A text as one word of a POSIX shell. */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`
}

function lineFor(shell: EnvOptions['shell']): (variable: readonly [string, string | undefined]) => string {
  switch (shell) {
    case 'posix':
      return ([name, value]) => (value === undefined ? `unset ${name}` : `export ${name}=${quoted(value)}`)
    case 'fish':
      return ([name, value]) =>
        value === undefined
          ? `set -e ${name}`
          : `set -gx ${name} '${value.replace(/[\\']/g, (character) => `\\${character}`)}'`
    case 'powershell':
      return ([name, value]) =>
        value === undefined
          ? `Remove-Item Env:${name} -ErrorAction SilentlyContinue`
          : `$Env:${name} = '${value.replaceAll("'", "''")}'`
  }
}
