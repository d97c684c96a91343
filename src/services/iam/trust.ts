import { readEntityArn, roleArn, userArn } from '#access'
import { type Policy, principalsOf } from '#engine'
import type { Role, Tables } from '#store'
import type { World } from '../operation.ts'
import { checked, sizeOf } from './document.ts'
import { limitOf, overQuota } from './quota.ts'

/** The part of a role that its trust policy fills. */
export type Trust = Pick<Role, 'trustPolicy' | 'trustPrincipals'>

/**
 * Reads a trust policy that is to be stored, and finds whom its principals mean (rule U-1).
 * Errors: `MalformedPolicyDocument`, for a principal that is not there too; `LimitExceeded`.
 */
export async function trusting(
  text: string,
  world: World<'MalformedPolicyDocument' | 'LimitExceeded'>,
): Promise<Trust> {
  const policy = checked(text, 'trust', world)
  if (sizeOf(text) > limitOf('ACLSizePerRole', world)) throw overQuota('ACLSizePerRole', world)
  return { trustPolicy: text, trustPrincipals: await meant(policy, world) }
}

/**
 * A role's trust policy as it reads now: ARNs of today, and the unique ids of those who are gone (rule U-3).
 * Gives: the document as it was given, byte for byte, when nobody was renamed or removed.
 */
export async function readBack({ trustPolicy, trustPrincipals }: Trust, tables: Tables): Promise<string> {
  const changed = new Map<string, string>()
  for (const [written, id] of Object.entries(trustPrincipals)) {
    const now = (await arnOf(id, tables)) ?? id
    if (now !== written) changed.set(written, now)
  }
  return changed.size === 0 ? trustPolicy : withPrincipals(trustPolicy, changed)
}

const entityId = /^(AIDA|AROA)[A-Z0-9]{12,124}$/
/** Accounts, and sessions, which are stored as written (rule U-5). */
const asWritten =
  /^(?:\*|\d{12}|arn:aws:iam::\d{12}:root|arn:aws:sts::\d{12}:(?:assumed-role\/[\w+=,.@-]+|federated-user)\/[\w+=,.@:-]+)$/

async function meant(policy: Policy, world: World<'MalformedPolicyDocument'>): Promise<Record<string, string>> {
  const ids: [string, string][] = []
  for (const { kind, value } of principalsOf(policy)) {
    if (kind !== 'AWS' || asWritten.test(value)) continue
    const id = await idOf(value, world.tables)
    if (id === undefined) throw world.fault('MalformedPolicyDocument', `Invalid principal in policy: "AWS":"${value}"`)
    if (id !== 'elsewhere') ids.push([value, id])
  }
  return Object.fromEntries(ids)
}

/** Gives: `elsewhere` for an account that is not of this installation; `undefined` for nobody. */
async function idOf(value: string, tables: Tables): Promise<string | undefined> {
  if (entityId.test(value)) return (await arnOf(value, tables)) === undefined ? undefined : value
  const arn = readEntityArn(value)
  if (arn === undefined || (arn.kind !== 'user' && arn.kind !== 'role')) return undefined
  const { account, kind, path, name } = arn
  // DIFFERS: what accounts outside the installation hold cannot be known; their users and roles are kept as written.
  if ((await tables.accounts.byId(account)) === undefined) return 'elsewhere'
  const entity = await (kind === 'user' ? tables.users : tables.roles).byName(account, name)
  return entity !== undefined && entity.path === path && entity.name === name ? entity.id : undefined
}

async function arnOf(id: string, { users, roles }: Tables): Promise<string | undefined> {
  const isUser = id.startsWith('AIDA')
  const entity = await (isUser ? users : roles).byId(id)
  return entity && (isUser ? userArn : roleArn)(entity.account, entity.path, entity.name)
}

const colon = /\s*:/y
const token = /"(?:[^"\\]|\\.)*"|[{}[\],]/gs

/** The same document with other texts for some AWS principals, every other byte as it was. */
function withPrincipals(document: string, changed: ReadonlyMap<string, string>): string {
  const keys: string[] = []
  return document.replace(token, (text, offset: number) => {
    if (text === '{' || text === '[') keys.push('')
    else if (text === '}' || text === ']') keys.pop()
    if (!text.startsWith('"')) return text
    const value: string = JSON.parse(text)
    colon.lastIndex = offset + text.length
    if (colon.test(document)) {
      keys[keys.length - 1] = value
      return text
    }
    const other = isPrincipal(keys) ? changed.get(value) : undefined
    return other === undefined ? text : JSON.stringify(other)
  })
}

/** Whether a value below these keys, from the outermost in, is an AWS principal. A list has the key ''. */
function isPrincipal(keys: readonly string[]): boolean {
  const path = keys.filter((key) => key !== '')
  return path[0] === 'Statement' && /^(?:Not)?Principal$/.test(path[1] ?? '') && path[2] === 'AWS' && path.length === 3
}
