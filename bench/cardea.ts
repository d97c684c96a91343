import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { once } from 'node:events'
import { execPath } from 'node:process'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))

/** A running program that printed one JSON line when it was ready. */
export interface Running {
  readonly process: ChildProcessByStdio<null, Readable, null>
  readonly ready: Readonly<Record<string, unknown>>
  /** From spawn to the line. */
  readonly milliseconds: number
  stop(): Promise<void>
}

/** Starts a program of this repository with this Node and waits for its first line. */
export async function start(words: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Running> {
  const began = performance.now()
  const child = spawn(execPath, [...words], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, ...env },
  })
  const [line] = await once(createInterface(child.stdout), 'line')
  const milliseconds = performance.now() - began
  const stop = async () => {
    child.kill('SIGTERM')
    await once(child, 'exit')
  }
  return { process: child, ready: JSON.parse(String(line)), milliseconds, stop }
}
