import { askOperator } from '../operator.ts'
import { placeOf, readRunFile } from '../place.ts'
import { type Output, remark, say } from '../print.ts'
import type { Program } from '../program.ts'
import type { Settings } from '../setting.ts'
import { type ExitCode, exitCode } from '../stop.ts'

/** Where a command finds the installation. */
export interface House {
  readonly program: Program
  readonly settings: Settings
}

/** A session that goes on, as the house tells it. */
interface LiveSession {
  readonly id: string
  readonly account: string
  /** ARN of whom it stands for. */
  readonly principal: string
  /** ARNs of those who asked for it and for the sessions before it, the first one first. */
  readonly chain: readonly string[]
  readonly sourceIdentity?: string
  /** ARNs and documents. */
  readonly narrowedTo: readonly string[]
  /** ISO 8601. */
  readonly issuedAt: string
  readonly expiresAt: string
  readonly lastCallAt?: string
}

/** Shows the sessions that go on, newest first. Takes: the account; absent: all. */
export async function listSessions(house: House, account: string | undefined, output: Output): Promise<ExitCode> {
  // The installation answers in the forms that this file names.
  const found = (await asked(house, 'sessions', account === undefined ? {} : { account })) as {
    readonly sessions: readonly LiveSession[]
    readonly more: boolean
  }
  say(output, found, () => textOf(found.sessions))
  if (found.more) remark(output, `Only the newest ${found.sessions.length} are shown.`)
  return exitCode.done
}

/** Ends a session, and those that follow from it. Takes: the id of its access key. */
export async function endSession(house: House, id: string, output: Output): Promise<ExitCode> {
  const found = (await asked(house, 'sessions/end', { id })) as { readonly ended: readonly string[] }
  say(output, found, () => `Ended ${found.ended.join(', ')}.`)
  return exitCode.done
}

/** Makes a new key for session tokens. */
export async function rotateKeys(house: House, output: Output): Promise<ExitCode> {
  const found = (await asked(house, 'keys/rotate', {})) as { readonly keys: number; readonly forgotten: number }
  const { keys, forgotten } = found
  say(output, found, () => `A new key seals session tokens. ${keys} keys open them; ${forgotten} were forgotten.`)
  return exitCode.done
}

/** Shows the token that whoever asked for a delegation trades in for credentials. Takes: the id of the request. */
export async function showDelegationToken(house: House, id: string, output: Output): Promise<ExitCode> {
  const found = (await asked(house, 'delegations/token', { id })) as {
    readonly token: string
    readonly account: string
    readonly expiresAt: string
  }
  say(output, found, () => found.token)
  remark(output, `The account ${found.account} may trade it in until ${found.expiresAt}.`)
  return exitCode.done
}

/** Asks the server that holds the store, or opens the store when no server runs. */
async function asked({ program, settings }: House, name: string, body: object): Promise<unknown> {
  const running = readRunFile(settings.data)
  if (running !== undefined) return askOperator(running, { method: 'POST', name, body })
  const installation = await program.open(placeOf({ ...settings, ephemeral: false }, process.env))
  try {
    return await installation.perform(name, body)
  } finally {
    await installation.close()
  }
}

function textOf(sessions: readonly LiveSession[]): string {
  return sessions.length === 0 ? 'No session goes on.' : sessions.map(blockOf).join('\n\n')
}

function blockOf({ id, principal, chain, sourceIdentity, narrowedTo, ...times }: LiveSession): string {
  const { issuedAt, expiresAt, lastCallAt } = times
  const rows = [
    ['asked for by', chain.join(' → ')],
    ['source identity', sourceIdentity],
    ['narrowed to', narrowedTo.length === 0 ? undefined : narrowedTo.join(', ')],
    ['issued', issuedAt],
    ['expires', expiresAt],
    ['last call', lastCallAt ?? 'none'],
  ].flatMap(([name = '', value]) => (value === undefined ? [] : [`  ${name.padEnd(16)}${value}`]))
  return [`${id}  ${principal}`, ...rows].join('\n')
}
