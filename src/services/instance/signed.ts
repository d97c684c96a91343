import { type AccountCaller, randomBytesOf } from '#access'
import type { Context } from '#engine'
import { missingAuthenticationToken } from '#protocol'
import type { Store, Tables, Tag } from '#store'
import type { Input } from './input.ts'
import type { Asked, InstanceOperation } from './operation.ts'
import { auditRecord } from './record.ts'

/** What an operation of whoever registers instances is given. */
export interface Signed {
  readonly caller: AccountCaller
  readonly account: string
  readonly now: number
  readonly tables: Tables
  readonly input: Input
  random(bytes: number): Uint8Array
  /** Names what is touched, and asks for a permission. Errors: `AccessDenied` in AWS's words. */
  permit(
    action: string,
    touched: { readonly arn: string; readonly tags?: readonly Tag[] },
    context?: Context,
  ): Promise<void>
  /** Keeps what the audit trail is told of the parameters. */
  tell(told: Readonly<Record<string, unknown>>): void
}

export interface SignedOperation<Answer extends object = object> {
  readonly event: string
  readonly readOnly: boolean
  /** Whether it looks at sessions: those that wait to be written are written before. */
  readonly looksAtSessions?: boolean
  run(signed: Signed): Promise<Answer>
  /** What follows when its changes are kept, in other accounts too. Gives: the answer. */
  afterwards?(answer: Answer, kept: { readonly store: Store; readonly now: number }): Promise<object>
}

const service = { signingName: 'cardea' } as const

/** Asks for AWS's signature before an operation runs, and records it in the transaction of its changes. */
export function signedBy<Answer extends object>(operation: SignedOperation<Answer>): InstanceOperation {
  return {
    event: operation.event,
    source: 'cardea.amazonaws.com',
    readOnly: operation.readOnly,
    async run(asked) {
      const { entry, store, access } = asked
      const caller = await access.authenticate(entry.request, { service }, entry.at)
      if (caller.kind === 'anonymous') throw missingAuthenticationToken()
      entry.caller = caller
      entry.account = caller.account
      entry.principal = caller.principal.arn
      entry.region = caller.region
      if (caller.accessKeyId !== undefined) entry.accessKeyId = caller.accessKeyId
      if (operation.readOnly) {
        const answer = await store.read((tables) => operation.run(worldOf(asked, caller, { tables, open: false })))
        store.record(auditRecord(entry))
        return answer
      }
      if (operation.looksAtSessions === true) await store.flush()
      const answer = await store.write(caller.account, async (tables) => {
        const answer = await operation.run(worldOf(asked, caller, { tables, open: true }))
        await tables.audit.append(auditRecord(entry))
        return answer
      })
      return (await operation.afterwards?.(answer, { store, now: entry.at })) ?? answer
    },
  }
}

function worldOf(
  { entry, access, input }: Asked,
  caller: AccountCaller,
  unit: { readonly tables: Tables; readonly open: boolean },
): Signed {
  const { request, at: now } = entry
  return {
    caller,
    account: caller.account,
    now,
    tables: unit.tables,
    input,
    random: randomBytesOf,
    tell: (told) => {
      entry.told = told
    },
    async permit(action, touched, context = {}) {
      entry.resource ??= touched.arn
      const asked = { caller, action, touched: [touched], context, request, now, ...unit }
      const ruling = await access.authorize(asked)
      entry.rulings.push(ruling)
      if (ruling.refusal !== undefined) throw ruling.refusal
    },
  }
}
