import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { execPath } from 'node:process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** A server of its own for a client, started as its user starts it. */
export interface Served {
  readonly url: string
  readonly account: string
  readonly administrator: { readonly accessKeyId: string; readonly secretAccessKey: string }
  stop(): Promise<void>
}

/** Serves an empty account from memory on a free port. */
export async function serve(): Promise<Served> {
  const server = spawn(execPath, ['bin/cardea.mjs', 'serve', '--ephemeral', '--port', '0', '--json'], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, CARDEA_LOG_LEVEL: 'warn' },
  })
  const ended = once(server, 'exit')
  const lines = createInterface(server.stdout)
  const line = await Promise.race([once(lines, 'line').then(([text]) => String(text)), ended.then(() => '')])
  if (line === '') throw new Error('the server ended before it said where it is')
  const { url, accountId, administrator } = JSON.parse(line)
  return {
    url,
    account: accountId,
    administrator: { accessKeyId: administrator.accessKeyId, secretAccessKey: administrator.secretAccessKey },
    stop: async () => {
      server.kill('SIGTERM')
      await ended
    },
  }
}
