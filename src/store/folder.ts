import { randomBytes } from 'node:crypto'
import {
  chmodSync,
  closeSync,
  fchmodSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  statSync,
  writeSync,
} from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { StoreError } from './error.ts'
import { keyBytes } from './seal.ts'
import { holdLock } from './sqlite.ts'

/** A data folder that this process alone holds. */
export interface Folder {
  /** The path of the database. */
  readonly database: string
  readonly masterKey: Uint8Array
  /** Lets others have it. */
  leave(): void
}

const databaseFile = 'cardea.db'
const masterKeyFile = 'master.key'
const lockFile = 'lock.db'

/**
 * Takes hold of a data folder, and makes it on the first run: mode 0700, its files 0600.
 * Takes: the master key from elsewhere; absent: it is the file in the folder.
 * Errors: `Locked`, `MissingMasterKey`, `BadMasterKey`, `BadFolder`.
 */
export function enterFolder(path: string, masterKey: Uint8Array | undefined): Folder {
  const folder = resolve(path)
  return usable(folder, () => {
    makeFolder(folder)
    const lock = join(folder, lockFile)
    makePrivate(lock)
    const leave = holdLock(lock, folder)
    try {
      return { ...furnish(folder, masterKey), leave }
    } catch (cause) {
      leave()
      throw cause
    }
  })
}

/** INVARIANT: a database has its master key on the disk before it has anything in it. */
function furnish(folder: string, given: Uint8Array | undefined): Omit<Folder, 'leave'> {
  const database = join(folder, databaseFile)
  const masterKey = given ?? readMasterKey(folder) ?? makeMasterKey(folder)
  makePrivate(database)
  syncFolder(folder)
  return { database, masterKey }
}

/** One folder after the other: where a file system knows no new folders, Node's own way of making several never ends. */
function makeFolder(folder: string): void {
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() === true) return
  if (dirname(folder) !== folder) makeFolder(dirname(folder))
  mkdirSync(folder, { mode: 0o700 })
  chmodSync(folder, 0o700)
}

/**
 * Sees to it that a file is there and is for its owner only.
 * INVARIANT: a file that is there is not opened: closing it would give up the locks that this process has on it.
 */
function makePrivate(path: string): void {
  const mode = statSync(path, { throwIfNoEntry: false })?.mode
  if (mode === undefined) writePrivate(path, '')
  else if ((mode & 0o077) !== 0) chmodSync(path, 0o600)
}

function writePrivate(path: string, text: string): void {
  const file = openSync(path, 'w', 0o600)
  try {
    fchmodSync(file, 0o600)
    writeSync(file, text)
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
}

/** Gives: `undefined` when the store is not made yet. */
function readMasterKey(folder: string): Uint8Array | undefined {
  const path = join(folder, masterKeyFile)
  const mode = statSync(path, { throwIfNoEntry: false })?.mode
  if (mode === undefined) {
    const size = statSync(join(folder, databaseFile), { throwIfNoEntry: false })?.size ?? 0
    if (size === 0) return undefined
    throw new StoreError(
      'MissingMasterKey',
      `The store in ${folder} needs its master key: ${path} is not there, and no key was given. ` +
        'Put the file back, or give the key with which the store was made.',
    )
  }
  if (process.platform !== 'win32' && (mode & 0o077) !== 0)
    throw new StoreError(
      'BadMasterKey',
      `Others than its owner may use the master key ${path}. Shut them out: chmod 600 '${path}'`,
    )
  const text = readFileSync(path, 'utf8').trim()
  if (/^[0-9a-f]{64}$/i.test(text)) return Buffer.from(text, 'hex')
  throw new StoreError('BadMasterKey', `${path} is no master key: it must hold 64 hexadecimal digits and nothing else.`)
}

function makeMasterKey(folder: string): Uint8Array {
  const key = randomBytes(keyBytes)
  const path = join(folder, masterKeyFile)
  writePrivate(`${path}.new`, `${key.toString('hex')}\n`)
  renameSync(`${path}.new`, path)
  return key
}

/** Makes the names in a folder durable. */
function syncFolder(folder: string): void {
  if (process.platform === 'win32') return
  const handle = openSync(folder, 'r')
  try {
    fsyncSync(handle)
  } finally {
    closeSync(handle)
  }
}

/** Runs `work`; what the file system refuses becomes words for the operator. */
function usable<T>(folder: string, work: () => T): T {
  try {
    return work()
  } catch (cause) {
    if (cause instanceof StoreError || !(cause instanceof Error) || !('syscall' in cause)) throw cause
    throw new StoreError('BadFolder', `The data folder ${folder} cannot be used: ${cause.message}`, cause)
  }
}
