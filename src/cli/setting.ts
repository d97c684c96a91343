import { existsSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { auditDefinitions } from './audit-setting.ts'
import { authorizerDefinitions } from './authorizer-setting.ts'
import { gatewayDefinitions, upstreamVariables } from './gateway-setting.ts'
import { nearest } from './nearest.ts'
import { exitCode, Stop } from './stop.ts'

/** One thing that a user may set: by flag, by `CARDEA_*` variable, or in the settings file, in that order. */
interface Definition {
  readonly kind: 'text' | 'path' | 'integer' | 'switch' | 'list'
  /** For `--help`. */
  readonly says: string
  readonly fallback?: string | number
  /** Anchored; what a text has to look like. */
  readonly pattern?: RegExp
  /** What the pattern asks for, in words. */
  readonly wants?: string
  /** Anchored; what each text of a list has to look like. */
  readonly each?: RegExp
  readonly min?: number
  readonly max?: number
}

export const definitions = {
  data: { kind: 'path', says: 'the folder that holds everything', fallback: '.cardea' },
  host: { kind: 'text', says: 'the address to listen on', fallback: '127.0.0.1', pattern: /.+/, wants: 'an address' },
  port: { kind: 'integer', says: 'the port to listen on; 0 takes a free one', fallback: 2273, min: 0, max: 65535 },
  ephemeral: { kind: 'switch', says: 'keep the store in memory and forget it at the end' },
  account: {
    kind: 'text',
    says: 'the id of the new account; by default a random one',
    pattern: /^\d{12}$/,
    wants: 'twelve digits',
  },
  name: {
    kind: 'text',
    says: 'the name of the new account',
    pattern: /^[\u0020-\u007e]{1,50}$/,
    wants: '1–50 characters',
  },
  email: {
    kind: 'text',
    says: "the address of the new account's owner",
    pattern: /^[^\s@]{1,64}@[^\s@]{1,255}$/,
    wants: 'an e-mail address',
  },
  rootKey: { kind: 'switch', says: 'also make an access key of the root user' },
  region: {
    kind: 'list',
    says: 'accept signatures for these regions only (comma-separated)',
    each: /^[a-z0-9-]{1,64}$/,
    wants: 'names of regions, such as us-east-1,eu-west-1',
  },
  localIssuer: {
    kind: 'list',
    says: 'URLs of OpenID Connect issuers that may be on private addresses, and without TLS where they say http:',
    each: /^https?:\/\/[^\s/?#@]+(?:\/[^\s?#]*)?$/,
    wants: 'URLs that begin with http:// or https://',
  },
  publicUrl: {
    kind: 'text',
    says: 'the URL by which others reach this server, for the tokens that it issues; by default where it listens',
    pattern: /^https?:\/\/[^\s?#@]*[^\s?#@/]$/,
    wants: 'a URL that begins with https://, without a slash at its end',
  },
  singleUseTokens: { kind: 'switch', says: 'take each web identity token once only, by its jti' },
  quota: { kind: 'list', says: "quotas in place of AWS's own: UsersPerAccount=20000,RolesPerAccount=5000" },
  tlsCert: { kind: 'path', says: 'the certificate chain to serve TLS with (PEM)' },
  tlsKey: { kind: 'path', says: "the certificate's private key (PEM)" },
  maxBody: {
    kind: 'integer',
    says: 'the most bytes of a request body',
    fallback: 1_048_576,
    min: 1024,
    max: 104_857_600,
  },
  ...gatewayDefinitions,
  ...authorizerDefinitions,
  ...auditDefinitions,
  logLevel: {
    kind: 'text',
    says: 'the least important messages to log',
    fallback: 'info',
    pattern: /^(?:silent|fatal|error|warn|info|debug|trace)$/,
    wants: 'one of silent, fatal, error, warn, info, debug, trace',
  },
} as const satisfies Readonly<Record<string, Definition>>

export type SettingName = keyof typeof definitions

/** The value of each setting; absent when it is not set and has no fallback. */
export type Settings = {
  readonly [Name in SettingName]: (typeof definitions)[Name] extends { readonly fallback: unknown }
    ? ValueOf<(typeof definitions)[Name]['kind']>
    : ValueOf<(typeof definitions)[Name]['kind']> | undefined
}

interface ByKind {
  readonly text: string
  readonly path: string
  readonly integer: number
  readonly switch: boolean
  readonly list: readonly string[]
}
type ValueOf<Kind extends Definition['kind']> = ByKind[Kind]
type Value = ByKind[Definition['kind']]

/** Where settings come from. */
export interface Sources {
  /** As commander gives them: strings, or `true` for a switch. */
  readonly flags: Readonly<Record<string, unknown>>
  readonly variables: Readonly<Record<string, string | undefined>>
  /** Read when `--settings` and `CARDEA_SETTINGS` name none; it need not exist. */
  readonly defaultFile: string
}

const names = Object.keys(definitions) as SettingName[]
/** Variables that are not settings of the file or of flags: which file, and the one secret. */
const otherVariables = ['CARDEA_SETTINGS', 'CARDEA_MASTER_KEY', ...upstreamVariables]

/**
 * Gathers all settings.
 * Errors: `Stop` that names an unknown variable or setting with its nearest valid name, or a bad value with its source.
 */
export function readSettings({ flags, variables, defaultFile }: Sources): Settings {
  refuseUnknownVariables(variables)
  const file = readFile(fileOf(flags, variables), defaultFile)
  const values: Partial<Record<SettingName, Value>> = {}
  for (const name of names) {
    const variable = variableOf(name)
    const given =
      flags[name] !== undefined
        ? { value: flags[name], source: flagOf(name) }
        : variables[variable] !== undefined
          ? { value: variables[variable], source: variable }
          : { value: file.values[name], source: `${name} in ${file.path}` }
    const value = given.value === undefined ? fallbackOf(name) : checked(name, given.value, given.source)
    if (value !== undefined) values[name] = value
  }
  // Each value was checked against the definition that its type is derived from.
  return values as Settings
}

/** `tlsCert` gives `--tls-cert`. */
export function flagOf(name: string): string {
  return `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`
}

/** `tlsCert` gives `CARDEA_TLS_CERT`. */
export function variableOf(name: string): string {
  return `CARDEA_${name.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`
}

function fallbackOf(name: SettingName): Value | undefined {
  const definition: Definition = definitions[name]
  return definition.kind === 'path' && typeof definition.fallback === 'string'
    ? resolve(definition.fallback)
    : definition.fallback
}

function refuseUnknownVariables(variables: Sources['variables']): void {
  const known = [...names.map(variableOf), ...otherVariables]
  for (const name of Object.keys(variables))
    if (name.startsWith('CARDEA_') && !known.includes(name))
      throw new Stop(exitCode.usage, `${name} is not a variable of Cardea. Did you mean ${nearest(name, known)}?`)
}

function fileOf(flags: Sources['flags'], variables: Sources['variables']): string | undefined {
  const named = flags['settings'] ?? variables['CARDEA_SETTINGS']
  return typeof named === 'string' ? named : undefined
}

function readFile(named: string | undefined, defaultFile: string): { path: string; values: Record<string, unknown> } {
  const path = named ?? defaultFile
  if (named === undefined && !existsSync(path)) return { path, values: {} }
  const values = objectIn(path)
  for (const name of Object.keys(values))
    if (!Object.hasOwn(definitions, name))
      throw new Stop(exitCode.usage, `${path}: ${name} is not a setting. Did you mean ${nearest(name, names)}?`)
  return { path, values }
}

function objectIn(path: string): Record<string, unknown> {
  let value: unknown
  try {
    value = JSON.parse(readFileSync(path, 'utf8'))
  } catch (cause) {
    throw new Stop(exitCode.usage, `The settings file ${path} cannot be read: ${(cause as Error).message}`, cause)
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new Stop(exitCode.usage, `The settings file ${path} must hold one JSON object.`)
  return value as Record<string, unknown>
}

function checked(name: SettingName, value: unknown, source: string): Value {
  const definition: Definition = definitions[name]
  const wrong = (wants: string) => new Stop(exitCode.usage, `${source} must be ${wants}.`)
  switch (definition.kind) {
    case 'switch':
      return switchOf(value) ?? fail(wrong('true or false'))
    case 'integer':
      return integerOf(value, definition) ?? fail(wrong(`a whole number from ${definition.min} to ${definition.max}`))
    case 'list':
      return listOf(value, definition.each) ?? fail(wrong(definition.wants ?? 'a comma-separated list'))
    case 'path':
      return typeof value === 'string' && value !== '' ? resolve(value) : fail(wrong('a path'))
    case 'text':
      if (typeof value === 'string' && (definition.pattern?.test(value) ?? true)) return value
      return fail(wrong(definition.wants ?? 'text'))
  }
}

function switchOf(value: unknown): boolean | undefined {
  if (value === true || value === 'true' || value === '1') return true
  return value === false || value === 'false' || value === '0' ? false : undefined
}

function integerOf(value: unknown, { min = 0, max = Number.MAX_SAFE_INTEGER }: Definition): number | undefined {
  const text = String(value)
  const number = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN
  return number >= min && number <= max ? number : undefined
}

function listOf(value: unknown, each = /./): readonly string[] | undefined {
  const items = typeof value === 'string' ? value.split(',').map((item) => item.trim()) : value
  if (!Array.isArray(items) || items.length === 0) return undefined
  return items.every((item) => typeof item === 'string' && each.test(item)) ? items : undefined
}

function fail(error: Error): never {
  throw error
}
