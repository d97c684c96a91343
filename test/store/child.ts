import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

const program = fileURLToPath(new URL('writer.ts', import.meta.url))

/** A process of its own that has a store open. */
export interface Child {
  /** The lines that it has written whole. */
  lines(): readonly string[]
  /** Ends it with no chance to tidy up. */
  kill(): Promise<void>
}

/** Starts a process that writes to the store, or only holds it. Resolves when the store is open. */
export async function startChild(path: string, prefix: string, mode: 'write' | 'hold'): Promise<Child> {
  const child = spawn(process.execPath, [program, path, prefix, mode], { stdio: ['ignore', 'pipe', 'pipe'] })
  const [written, complaint]: [Buffer[], Buffer[]] = [[], []]
  child.stdout.on('data', (bytes: Buffer) => written.push(bytes))
  child.stderr.on('data', (bytes: Buffer) => complaint.push(bytes))
  await Promise.race([once(child.stdout, 'data'), once(child, 'close')])
  if (written.length === 0) throw new Error(`the store did not open: ${Buffer.concat(complaint).toString()}`)
  return {
    lines: () => Buffer.concat(written).toString().split('\n').slice(0, -1),
    kill: () => end(child),
  }
}

async function end(child: ChildProcess): Promise<void> {
  const closed = once(child, 'close')
  child.kill('SIGKILL')
  await closed
}
