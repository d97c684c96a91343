import { chmodSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { Problem } from './problem.ts'

/** What an agent remembers, in files that only its user can read. */
export interface StateFolder {
  readonly path: string
  /** Gives: `undefined` when the file is not there. Errors: `Problem` for one that others may read, or that is no JSON. */
  read(name: string): unknown
  write(name: string, value: unknown): void
  /** The same for a plain text. */
  writeText(name: string, text: string): string
  remove(name: string): void
}

/** Opens a folder, making it when it is not there. Errors: `Problem`. */
export function stateFolder(given: string): StateFolder {
  const path = resolve(given)
  try {
    mkdirSync(path, { recursive: true, mode: 0o700 })
  } catch (cause) {
    throw new Problem('State', `The state folder ${path} cannot be made: ${(cause as Error).message}`, cause)
  }
  const writeText = (name: string, text: string) => {
    const [file, draft] = [join(path, name), join(path, `${name}.${process.pid}.new`)]
    writeFileSync(draft, text, { mode: 0o600 })
    chmodSync(draft, 0o600)
    renameSync(draft, file)
    return file
  }
  return {
    path,
    read: (name) => readIn(join(path, name)),
    write: (name, value) => void writeText(name, `${JSON.stringify(value)}\n`),
    writeText,
    remove: (name) => rmSync(join(path, name), { force: true }),
  }
}

function readIn(file: string): unknown {
  try {
    const { mode } = statSync(file)
    if ((mode & 0o077) !== 0)
      throw new Problem('State', `${file} may be read by others. chmod 600 it, or make a new one.`)
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    if (cause instanceof Problem) throw cause
    throw new Problem('State', `${file} cannot be read: ${(cause as Error).message}`, cause)
  }
}

/** Reads a secret that somebody put into a file. Errors: `Problem`. */
export function secretIn(file: string): string {
  try {
    return readFileSync(file, 'utf8').trim()
  } catch (cause) {
    throw new Problem('Secret', `${file} cannot be read: ${(cause as Error).message}`, cause)
  }
}
