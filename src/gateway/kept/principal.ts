import { readEntityArn } from '#access'
import { principalsOf } from '#engine'
import { Fault } from '#protocol'
import type { Resource, Tables, Tag } from '#store'
import { checkedPolicy, type Malformed } from './document.ts'

/** What is to be kept of a resource. */
export interface Putting {
  readonly account: string
  readonly arn: string
  /** Milliseconds since 1970. */
  readonly now: number
  readonly tags: readonly Tag[]
  /** `undefined`: none. */
  readonly policy: string | undefined
  /** What was kept before. */
  readonly before: Resource | undefined
}

/**
 * Keeps a policy and tags of a resource, and forgets it when there is neither. Users and roles that a policy names are meant as
 * they are now: whoever gets their name later does not take their place.
 * Errors: the service's own for a policy that cannot be read, or that names nobody.
 */
export async function putResource(putting: Putting, malformed: Malformed, tables: Tables): Promise<void> {
  const { account, arn, now: updatedAt, tags, policy, before } = putting
  if (policy === undefined && tags.length === 0) {
    await tables.resources.remove(account, arn)
    return
  }
  const isSame = policy === before?.policy && before?.principals !== undefined
  const principals = policy === undefined || isSame ? before?.principals : await meantIn(policy, malformed, tables)
  const kept = policy === undefined ? {} : { policy, principals: principals ?? {} }
  await tables.resources.put({ account, arn, tags, updatedAt, ...kept })
}

const entityId = /^(AIDA|AROA)[A-Z0-9]{12,124}$/
/** Accounts, everybody and sessions are meant as they are written. */
const asWritten = /^(?:\*|\d{12}|arn:aws:iam::\d{12}:root|arn:aws:sts::\d{12}:(?:assumed-role|federated-user)\/.+)$/

/** The unique ids of the users and roles that a policy names, by how it names them. */
async function meantIn(text: string, malformed: Malformed, tables: Tables): Promise<Readonly<Record<string, string>>> {
  const ids: [string, string][] = []
  for (const { kind, value } of principalsOf(checkedPolicy(text, malformed))) {
    if (kind !== 'AWS' || asWritten.test(value)) continue
    const id = await idOf(value, tables)
    const { code, status = 400 } = malformed
    if (id === undefined) throw new Fault({ code, status, message: 'Invalid principal in policy' })
    if (id !== 'elsewhere') ids.push([value, id])
  }
  return Object.fromEntries(ids)
}

/** Gives: `elsewhere` for an account that is not of this installation; `undefined` for nobody. */
async function idOf(value: string, { accounts, users, roles }: Tables): Promise<string | undefined> {
  if (entityId.test(value)) {
    const found = await (value.startsWith('AIDA') ? users : roles).byId(value)
    return found?.id
  }
  const { kind, account, path, name = '' } = readEntityArn(value) ?? {}
  if (account === undefined || (kind !== 'user' && kind !== 'role')) return undefined
  if ((await accounts.byId(account)) === undefined) return 'elsewhere'
  const entity = await (kind === 'user' ? users : roles).byName(account, name)
  return entity !== undefined && entity.path === path && entity.name === name ? entity.id : undefined
}
