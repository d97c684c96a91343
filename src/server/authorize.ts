import type { Context } from '#engine'
import type { Scope, Touched } from '#services'
import type { Asked, Unit } from './entry.ts'
import { factorContext } from './factor.ts'
import type { House } from './house.ts'

/** Decides whether the caller may do what it asks for. Errors: `AccessDenied`, in AWS's words. */
export function authorize(asked: Asked, unit: Unit, house: House): Promise<void> | undefined {
  const { action } = asked.operation
  return action === undefined ? undefined : permitAll(action, asked, { unit, house })
}

async function permitAll(
  action: string,
  asked: Asked,
  { unit, house }: { readonly unit: Unit; readonly house: House },
): Promise<void> {
  const { operation, input, entry } = asked
  const scope = scopeOf(asked, unit, house)
  const touched = await operation.resource(input, scope)
  const [first] = touched
  if (first !== undefined) entry.resource = first.arn
  entry.touched = touched
  const context = await operation.context(input, scope)
  for (const one of [action, ...operation.also(input, scope)])
    await permit(asked, { action: one, touched, context, unit }, house)
}

/** One permission that is asked for. */
export interface Permission {
  readonly action: string
  readonly touched: readonly Touched[]
  readonly context: Context
  readonly unit: Unit
}

/** Errors: `AccessDenied`. */
export async function permit({ caller, entry }: Asked, { unit, ...wanted }: Permission, house: House): Promise<void> {
  const { request, at: now } = entry
  const context = { ...wanted.context, ...factorContext(entry.mfaAt) }
  const ruling = await house.access.authorize({ ...wanted, ...unit, context, caller, request, now })
  entry.rulings ??= []
  entry.rulings.push(ruling)
  house.metrics.decided(ruling.decision)
  if (ruling.refusal !== undefined) throw ruling.refusal
}

/** What an operation may look at to say what it touches. */
export function scopeOf({ caller }: Pick<Asked, 'caller'>, unit: Unit, { access }: House): Scope {
  return { caller, account: caller.account, tables: unit.tables, roleAt: (arn) => access.roleAt(arn, unit) }
}
