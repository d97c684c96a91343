import { randomBytesOf } from '#access'
import { Fault } from '#protocol'
import { mintId, type World } from '#services'
import type { Tables } from '#store'
import { permit, scopeOf } from './authorize.ts'
import type { Asked, Unit } from './entry.ts'
import type { House } from './house.ts'
import { auditRecord } from './record.ts'

/**
 * Runs `work` in the unit of work that an operation needs: none, one consistent state, or one transaction.
 * A transaction also holds the audit record, so that no change is without one.
 */
export function within(
  { operation, caller, entry, input }: Asked,
  { store }: House,
  work: (unit: Unit) => Promise<object>,
): Promise<object> {
  if (operation.storeless) return work({ tables: noTables, open: false })
  // A code is good once, so to show one is to write.
  const writes = operation.writes || operation.factor(input) !== undefined
  if (!writes) return store.read((tables) => work({ tables, open: false }))
  return store.write(caller.account, async (tables) => {
    const output = await work({ tables, open: true })
    entry.output = output
    if (operation.writes) await tables.audit.append(auditRecord(entry, { readOnly: false }))
    return output
  })
}

/** Does what was asked for, at one moment. */
export function perform(asked: Asked, unit: Unit, house: House): Promise<object> {
  return asked.operation.run(asked.input, worldOf(asked, unit, house))
}

function worldOf(asked: Asked, unit: Unit, house: House): World {
  const { entry, call, operation, input } = asked
  const scope = scopeOf(asked, unit, house)
  return {
    ...scope,
    now: entry.at,
    requestId: entry.requestId,
    ...(entry.mfaAt === undefined ? {} : { mfaAt: entry.mfaAt }),
    store: house.store,
    quotas: house.quotas,
    issuers: house.issuers,
    issuerUrl: (issuer) => house.issuerUrl(issuer),
    mint: mintId,
    random: randomBytesOf,
    fault: (code, message) => new Fault({ code, message, status: statusOf(code, call.service.errors) }),
    async permit(action, resource, context) {
      const touched = [typeof resource === 'string' ? { arn: resource } : resource]
      const base = await operation.context(input, scope)
      await permit(asked, { action, touched, context: { ...base, ...context }, unit }, house)
    },
  }
}

/** Statuses of the errors that any operation may answer with, where the model does not list them. */
const commonStatus: Readonly<Record<string, number>> = { AccessDenied: 403, InternalFailure: 500 }

/** The status of an error of the model, or of one that any operation may answer with. */
export function statusOf(code: string, errors: Readonly<Record<string, { readonly status: number }>>): number {
  return errors[code]?.status ?? commonStatus[code] ?? 400
}

// No operation that says that it is storeless gets further than this with them.
const noTables = new Proxy({} as Tables, {
  get(_target, name) {
    throw new Error(`an operation that says that it looks at nothing looks at ${String(name)}`)
  },
})
