import type { PolicyIdentifier } from '@aws-sdk/client-iam'
import { attachedTo, groupArn, managedSource, roleArn, userArn } from '#access'
import type { Source } from '#engine'
import type { Group, OwnerKind, Role, Tables, User } from '#store'
import type { Scope, Touched, World } from '../operation.ts'
import { touchedOwner } from './entity.ts'
import { partsOf } from './policy-arn.ts'
import { entityIn, entityNamed } from './simulation-input.ts'

/** The policies of a user, group or role. */
export interface PolicySource {
  /** Its own and, for a user, those of its groups, each with the id that results name it by (rule SIM-7). */
  readonly identity: readonly Source[]
  readonly permissionsBoundary?: Source
}

/** What is touched when an ARN names whose policies are simulated. */
export async function touchedSource(arn: string, scope: Scope): Promise<Touched | string> {
  const named = entityIn(arn)
  return named?.account === scope.account ? touchedOwner(named, scope) : arn
}

/**
 * Gathers the policies of a user, group or role.
 * Takes: the attached policies to leave out.
 * Errors: `InvalidInput` for what is no user, group or role of the account; `NoSuchEntity`.
 */
export async function policySource(
  arn: string,
  exclusions: readonly PolicyIdentifier[],
  world: World<'InvalidInput' | 'NoSuchEntity'>,
): Promise<PolicySource> {
  const { tables } = world
  const isExcluded = exclusionOf(exclusions, world)
  const { kind, entity } = await entityOf(arn, world)
  const identity = await heldBy(kind, entity, tables)
  const { boundary }: Pick<User, 'id' | 'boundary'> = entity
  const kept = { identity: identity.filter((held) => !isExcluded(held)).map(({ source }) => source) }
  if (boundary === undefined || exclusions.some(({ PolicyType }) => PolicyType === 'permission-boundary')) return kept
  const reading = { account: entity.account, type: 'permissionsBoundary', tables } as const
  return { ...kept, permissionsBoundary: await managedSource(boundary, reading) }
}

/** A policy, and who holds it. */
interface Held {
  readonly source: Source
  /** Present for an inline policy. */
  readonly inline?: { readonly policy: string; readonly kind: OwnerKind; readonly name: string }
}

async function entityOf(arn: string, world: World<'InvalidInput' | 'NoSuchEntity'>) {
  const { kind, account, name } = entityNamed(arn, world)
  if (account !== world.account) {
    const said = `caller's account ${world.account} does not have access to policies in account ${account}`
    throw world.fault('InvalidInput', `Invalid Policy Source Arn: ${said}`)
  }
  const { users, groups, roles } = world.tables
  const entity = await { user: users, group: groups, role: roles }[kind].byName(account, name)
  const arnOf = { user: userArn, group: groupArn, role: roleArn }[kind]
  if (entity === undefined || arnOf(account, entity.path, entity.name) !== arn)
    throw world.fault('NoSuchEntity', `The ${kind} with name ${name} cannot be found.`)
  return { kind, entity }
}

async function heldBy(kind: OwnerKind, entity: User | Group | Role, tables: Tables): Promise<readonly Held[]> {
  // INVARIANT: a user is in few groups; the quota of memberships sees to it.
  const { items: groups } =
    kind === 'user' ? await tables.memberships.groupsOf(entity.id, { limit: 1000 }) : { items: [] }
  const all = [...(await ownOf(kind, entity, tables))]
  for (const group of groups) all.push(...(await ownOf('group', group, tables)))
  return [...new Map(all.map((held) => [held.source.arn ?? held.source.id, held])).values()]
}

async function ownOf(
  kind: OwnerKind,
  { id, account, name }: User | Group | Role,
  tables: Tables,
): Promise<readonly Held[]> {
  return (await attachedTo(id, account, tables)).map((source): Held => {
    if (source.arn !== undefined) return { source: { ...source, id: partsOf(source.arn).name } }
    const policy = source.id ?? ''
    return { source: { ...source, id: `${kind}_${name}_${policy}` }, inline: { policy, kind, name } }
  })
}

/** Gives: whether an attached policy is to be left out (rule SIM-3). Errors: `InvalidInput` for a malformed ARN. */
function exclusionOf(exclusions: readonly PolicyIdentifier[], world: World<'InvalidInput'>): (held: Held) => boolean {
  const tests = exclusions.map(({ PolicyType, PolicyArn, InlinePolicyIdentifier: inline }) => {
    if (PolicyArn !== undefined) return arnTest(PolicyArn, world)
    if (inline !== undefined) {
      const { PolicyName, AttachmentType, AttachmentName } = inline
      return ({ inline: is }: Held) =>
        is?.policy === PolicyName && is?.kind === AttachmentType && is?.name === AttachmentName
    }
    return ({ source, inline: isInline }: Held) => typeOf(source.arn, isInline) === PolicyType
  })
  return (held) => tests.some((test) => test(held))
}

function typeOf(arn: string | undefined, inline: Held['inline']): string {
  if (inline !== undefined) return 'inline'
  return arn?.startsWith('arn:aws:iam::aws:') ? 'aws-managed' : 'user-managed'
}

const policyPattern = /^arn:aws:iam::(?:aws|\d{12}):policy\/(?:[!-~]+\/)?[\w+=,.@*?-]+$/
const otherPattern = /^arn:aws:organizations::(?:aws|\d{12}):policy\/[\w/*?-]+$/

function arnTest(pattern: string, world: World<'InvalidInput'>): (held: Held) => boolean {
  const path = pattern.slice(0, pattern.lastIndexOf('/'))
  const isValid = policyPattern.test(pattern) || otherPattern.test(pattern)
  if (!isValid || /[*?]/.test(path) || pattern.split('*').length > 2)
    throw world.fault('InvalidInput', `Invalid policy identifier: ${pattern}`)
  // With one star at most there is nothing to try twice.
  const text = pattern
    .replace(/[^*?]+/g, RegExp.escape)
    .replaceAll('?', '.')
    .replace('*', '.*')
  const expression = new RegExp(`^${text}$`, 's')
  return ({ source }) => source.arn !== undefined && expression.test(source.arn)
}
