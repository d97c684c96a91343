import type { Context } from '#engine'
import type { Ask, Call } from './call.ts'
import { notCovered, shown } from './refusal.ts'

interface KeyUse {
  /** `kms:GenerateDataKey` */
  readonly action: string
  readonly context?: Context
}

/**
 * The use of a key of KMS that a request names: by its id, its ARN, an alias or an alias's ARN.
 * Gives: for an alias, a need whose resource must be looked up; till then it is every key.
 */
export function keyAsk(call: Call, name: string, { action, context: given = {} }: KeyUse): Ask {
  const { partition, region, account, callerAccount } = call.arrived
  const context: Context = { ...given, ...(callerAccount !== undefined && { 'kms:CallerAccount': callerAccount }) }
  const own = `arn:${partition}:kms:${region}:${account}:`
  const arn = name.startsWith('arn:') ? name : `${own}${name.startsWith('alias/') ? name : `key/${name}`}`
  const [, , service, , , resource = '', ...rest] = arn.split(':')
  const plain = /^(?:key|alias)\/[A-Za-z0-9/_-]+$/.test(resource) && rest.length === 0
  if (!plain || service !== 'kms' || !arn.startsWith(`arn:${partition}:`))
    throw notCovered(`${call.service}:${call.operation.name}`, `${shown(name)} is no key of KMS`)
  if (resource.startsWith('key/')) return { action, resource: arn, context }
  return {
    action,
    resource: `${arn.slice(0, arn.indexOf(':alias/'))}:key/*`,
    context: { ...context, 'kms:RequestAlias': resource },
    late: { resource: async ({ keyOfAlias }) => keyOfAlias?.(arn) },
  }
}
