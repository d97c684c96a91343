import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Place } from './program.ts'
import type { Settings } from './setting.ts'
import { exitCode, Stop } from './stop.ts'

/** What a running server tells the commands that are started beside it. Readable by the owner of the folder only. */
export interface RunFile {
  readonly pid: number
  readonly url: string
  /** The key that signs an operator's requests to this server; another one at each start. */
  readonly operatorKey: string
  /** The certificate to trust, when the server uses TLS. */
  readonly certificate?: string
}

/** Where the store of these settings is, with the master key that the environment gives. */
export function placeOf(settings: Settings, variables: Readonly<Record<string, string | undefined>>): Place {
  const { ephemeral, data, auditWindow } = settings
  const masterKey = masterKeyOf(variables['CARDEA_MASTER_KEY'])
  return { folder: ephemeral === true ? undefined : data, masterKey, auditWindow }
}

/** Writes a file that only its owner can read; whoever reads it sees the old text or the new one, never a part. */
export function writePrivate(path: string, text: string): void {
  mkdirSync(join(path, '..'), { recursive: true, mode: 0o700 })
  const draft = `${path}.${process.pid}.new`
  writeFileSync(draft, text, { mode: 0o600 })
  chmodSync(draft, 0o600)
  renameSync(draft, path)
}

export function writeRunFile(folder: string, file: RunFile): void {
  writePrivate(runPath(folder), `${JSON.stringify(file)}\n`)
}

/** The URL for clients on this machine of a server that listens on a URL: every address is no address to call. */
export function reachedAt(url: string): string {
  return url.replace(/^(https?:\/\/)(?:0\.0\.0\.0|\[::\])(?=:|$)/, '$1localhost')
}

export function removeRunFile(folder: string): void {
  rmSync(runPath(folder), { force: true })
}

/** Gives: `undefined` when no server runs on the folder. */
export function readRunFile(folder: string): RunFile | undefined {
  const path = runPath(folder)
  if (!existsSync(path)) return undefined
  try {
    const file: unknown = JSON.parse(readFileSync(path, 'utf8'))
    return isRunFile(file) && isAlive(file.pid) ? file : undefined
  } catch (cause) {
    throw new Stop(exitCode.failed, `${path} cannot be read: ${(cause as Error).message}`, cause)
  }
}

function runPath(folder: string): string {
  return join(folder, 'run.json')
}

function isRunFile(value: unknown): value is RunFile {
  if (typeof value !== 'object' || value === null) return false
  const { pid, url, operatorKey } = value as Partial<RunFile>
  return typeof pid === 'number' && typeof url === 'string' && typeof operatorKey === 'string'
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (cause) {
    return (cause as NodeJS.ErrnoException).code === 'EPERM'
  }
}

function masterKeyOf(text: string | undefined): Uint8Array | undefined {
  if (text === undefined) return undefined
  const encoding = /^[0-9a-fA-F]{64}$/.test(text) ? 'hex' : 'base64'
  const bytes = Buffer.from(text, encoding)
  const whole = encoding === 'hex' || bytes.toString('base64').replace(/=+$/, '') === text.trim().replace(/=+$/, '')
  if (bytes.length !== 32 || !whole)
    throw new Stop(exitCode.usage, 'CARDEA_MASTER_KEY must be 32 bytes, as 64 hexadecimal digits or as base64.')
  return new Uint8Array(bytes)
}
