import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { exitCode, Stop } from '../stop.ts'
import type { Certified, Signer } from './certify.ts'

/** What a certification authority remembers of itself. */
export interface Register {
  /** Of the last list of revoked certificates. */
  readonly listNumber: number
  readonly issued: readonly Entry[]
}

/** A certificate that was issued. */
export interface Entry {
  /** Hexadecimal digits. */
  readonly serial: string
  readonly subject: string
  /** ISO 8601. */
  readonly notAfter: string
  readonly revokedAt?: string
}

/** The files of a certification authority in a folder. */
export interface CaFolder {
  readonly path: string
  readonly certificate: string
  readonly list: string
}

const files = { certificate: 'ca.pem', key: 'ca.key', list: 'crl.pem', register: 'issued.json' } as const

/** Makes the folder of a new authority. Errors: `Stop` where there is one. */
export function makeFolder(path: string, { certificate, privateKey }: Signer): CaFolder {
  mkdirSync(path, { recursive: true, mode: 0o700 })
  writeNew(join(path, files.key), privateKey, 0o600)
  writeNew(join(path, files.certificate), certificate, 0o644)
  return folderAt(path)
}

/** The authority in a folder. Errors: `Stop` where there is none. */
export function openFolder(path: string): CaFolder & { readonly signer: Signer } {
  const read = (name: string) => {
    try {
      return readFileSync(join(path, name), 'utf8')
    } catch (cause) {
      throw new Stop(
        exitCode.usage,
        `There is no certification authority in ${path}: ${name} cannot be read. Make one with cardea ca init.`,
        cause,
      )
    }
  }
  return { ...folderAt(path), signer: { certificate: read(files.certificate), privateKey: read(files.key) } }
}

/** Whether there is an authority in a folder. */
export function isThere(path: string): boolean {
  return existsSync(join(path, files.key)) || existsSync(join(path, files.certificate))
}

function folderAt(path: string): CaFolder {
  return { path, certificate: join(path, files.certificate), list: join(path, files.list) }
}

/** Errors: `Stop` for a register that somebody damaged. */
export function readRegister({ path }: CaFolder): Register {
  const file = join(path, files.register)
  if (!existsSync(file)) return { listNumber: 0, issued: [] }
  try {
    // Only this file writes it.
    return JSON.parse(readFileSync(file, 'utf8')) as Register
  } catch (cause) {
    throw new Stop(exitCode.failed, `${file} cannot be read.`, cause)
  }
}

/** Replaces the register, as a whole or not at all. */
export function writeRegister({ path }: CaFolder, register: Register): void {
  replace(join(path, files.register), `${JSON.stringify(register, undefined, 2)}\n`)
}

/** Replaces the list of revoked certificates. */
export function writeList({ list }: CaFolder, pem: string): void {
  replace(list, pem)
}

/** The entry of a certificate. */
export function entryOf({ serial, subject, notAfter }: Certified): Entry {
  return { serial, subject, notAfter: new Date(notAfter).toISOString() }
}

/** Writes a file that is not there yet. Errors: `Stop`. */
export function writeNew(path: string, text: string, mode: number): void {
  try {
    writeFileSync(path, text, { flag: 'wx', mode })
    chmodSync(path, mode)
  } catch (cause) {
    throw new Stop(exitCode.failed, `${path} cannot be written: ${(cause as Error).message}`, cause)
  }
}

function replace(path: string, text: string): void {
  const next = `${path}.next`
  writeFileSync(next, text, { mode: 0o644 })
  renameSync(next, path)
}
