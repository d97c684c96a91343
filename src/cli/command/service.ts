import { readFileSync } from 'node:fs'
import { type Answered, answerIn, send } from '../client.ts'
import { type Output, say } from '../print.ts'
import type { Program } from '../program.ts'
import type { Settings } from '../setting.ts'
import { type ExitCode, exitCode, Stop } from '../stop.ts'
import type { Connection } from '../transfer/api.ts'
import { identities, withServer } from '../transfer/connect.ts'

/** Where a command finds the installation, and as whom it asks. */
export interface ServiceHouse {
  readonly program: Program
  readonly settings: Settings
  /** The name of a profile. Absent: whoever the shell is connected as, or the first profile. */
  readonly as: string | undefined
}

interface Shown {
  readonly prefix: string
  readonly arn: string
  readonly updatedAt: string
}

/** Registers a service, or replaces what is known of it. */
export async function registerService(
  house: ServiceHouse,
  { prefix, file }: { readonly prefix: string; readonly file: string },
  output: Output,
): Promise<ExitCode> {
  const definition = textOf(file)
  try {
    JSON.parse(definition)
  } catch (cause) {
    throw new Stop(exitCode.usage, `${file} is not JSON: ${(cause as Error).message}`, cause)
  }
  const asked = { method: 'PUT', path: placeOf(prefix), body: definition } as const
  const found = (await ask(house, asked)) as { readonly service: Shown; readonly replaced: boolean }
  say(output, found, () => `${found.replaced ? 'Replaced' : 'Registered'} ${prefix}: ${found.service.arn}`)
  return exitCode.done
}

/** Shows the registered services. */
export async function listServices(house: ServiceHouse, output: Output): Promise<ExitCode> {
  const found = (await ask(house, { method: 'GET', path: '/v1/services' })) as { readonly services: readonly Shown[] }
  const { services } = found
  say(output, found, () =>
    services.length === 0
      ? 'There is no registered service.'
      : services.map(({ prefix, arn, updatedAt }) => [prefix, arn, updatedAt].join('  ')).join('\n'),
  )
  return exitCode.done
}

/** Shows a service with its definition. */
export async function showService(house: ServiceHouse, prefix: string, output: Output): Promise<ExitCode> {
  const found = (await ask(house, { method: 'GET', path: placeOf(prefix) })) as { readonly definition: object }
  say(output, found, () => JSON.stringify(found.definition, undefined, 2))
  return exitCode.done
}

/** Takes a service away. */
export async function removeService(house: ServiceHouse, prefix: string, output: Output): Promise<ExitCode> {
  const found = (await ask(house, { method: 'DELETE', path: placeOf(prefix) })) as object
  say(output, found, () => `${prefix} is gone. Its actions are refused from now on.`)
  return exitCode.done
}

interface Finding {
  readonly severity: string
  readonly code: string
  readonly message: string
  readonly line: number
  readonly column: number
}

/** Says what in a policy no service has. Gives: `failed` when there is something. */
export async function checkPolicy(
  house: ServiceHouse,
  { file, type }: { readonly file: string; readonly type: string },
  output: Output,
): Promise<ExitCode> {
  const body = JSON.stringify({ policy: textOf(file), type })
  const found = (await ask(house, { method: 'POST', path: '/v1/check-policy', body })) as {
    readonly findings: readonly Finding[]
  }
  const { findings } = found
  say(output, found, () =>
    findings.length === 0
      ? 'Nothing in it is unknown.'
      : findings.map((one) => `${one.line}:${one.column}  ${one.severity}  ${one.code}: ${one.message}`).join('\n'),
  )
  return findings.length === 0 ? exitCode.done : exitCode.failed
}

/** Shows the actions and condition keys that begin with a text, one a line. */
export async function completeText(house: ServiceHouse, text: string, output: Output): Promise<ExitCode> {
  const found = (await ask(house, { method: 'POST', path: '/v1/complete', body: JSON.stringify({ text }) })) as {
    readonly actions: readonly string[]
    readonly conditionKeys: readonly string[]
  }
  say(output, found, () => [...found.actions, ...found.conditionKeys].join('\n'))
  return exitCode.done
}

/** What is asked as a service would. */
export interface AskedOne {
  readonly principal: string
  readonly action: string
  readonly resource: string
  readonly context: readonly string[]
  readonly explain: boolean
}

interface Told {
  readonly allowed: boolean
  readonly decision: string
  readonly decisionId: string
  readonly error?: { readonly code: string; readonly message: string }
  readonly explanation?: { readonly reason: string }
}

/** Asks whether somebody may do something. Gives: `failed` when it may not. */
export async function authorizeOne(house: ServiceHouse, asked: AskedOne, output: Output): Promise<ExitCode> {
  const { principal, action, resource, explain } = asked
  const context = contextIn(asked.context)
  const body = JSON.stringify({ principal, action, resource, context, ...(explain ? { explain } : {}) })
  const found = (await ask(house, { method: 'POST', path: '/v1/authorize', body })) as Told
  say(output, found, () =>
    [
      found.decision,
      ...(found.error === undefined ? [] : [`${found.error.code}: ${found.error.message}`]),
      ...(found.explanation === undefined ? [] : [found.explanation.reason]),
    ].join('\n'),
  )
  return found.allowed ? exitCode.done : exitCode.failed
}

/** `k=v` gives `{ k: 'v' }`, `k[]=v` gives `{ k: ['v'] }`. Errors: `Stop`. */
function contextIn(texts: readonly string[]): Readonly<Record<string, string | readonly string[]>> {
  const context = new Map<string, string | readonly string[]>()
  for (const text of texts) {
    const at = text.indexOf('=')
    if (at < 1) throw new Stop(exitCode.usage, `--context must be key=value, and is ${text.slice(0, 100)}.`)
    const [key, value] = [text.slice(0, at), text.slice(at + 1)]
    if (!key.endsWith('[]')) context.set(key, value)
    else {
      const name = key.slice(0, -2)
      const before = context.get(name) ?? []
      context.set(name, [...(typeof before === 'string' ? [before] : before), value])
    }
  }
  return Object.fromEntries(context)
}

function placeOf(prefix: string): string {
  return `/v1/services/${encodeURIComponent(prefix)}`
}

/** Errors: `Stop` for a file that cannot be read. */
function textOf(file: string): string {
  try {
    return readFileSync(file === '-' ? 0 : file, 'utf8')
  } catch (cause) {
    throw new Stop(exitCode.usage, `${file} cannot be read: ${(cause as Error).message}`, cause)
  }
}

interface Asked {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  readonly path: string
  readonly body?: string
}

function ask({ program, settings, as }: ServiceHouse, asked: Asked): Promise<unknown> {
  return withServer(program, settings, async (server) => {
    for await (const { connection } of identities(server, as === undefined ? [] : [as]))
      return answerIn(await sent(connection, asked))
    throw new Stop(exitCode.failed, 'The server accepts no keys that are known here. Name a profile with --as.')
  })
}

function sent(connection: Connection, asked: Asked): Promise<Answered> {
  return send({ ...connection, ...asked, service: 'cardea', contentType: 'application/json' })
}
