import { groupArn, readEntityArn, roleArn, userArn } from '#access'
import { type Element, parse } from '#engine'
import { awsManagedPolicy } from '#models'
import type { Group, OwnerKind, Role, User } from '#store'
import type { Scope, World } from '../operation.ts'
import { type OwnerName, touchedOwner } from './entity.ts'
import { iam } from './iam.ts'
import { openListing, portion } from './marker.ts'
import { ownPolicy, partsOf } from './policy-arn.ts'

export const ListPoliciesGrantingServiceAccess = iam('ListPoliciesGrantingServiceAccess', {
  async resource({ Arn }, scope) {
    const owner = ownerIn(Arn, scope.account)
    return owner === undefined ? Arn : touchedOwner(owner, scope)
  },

  async run({ Arn, ServiceNamespaces, ...page }, world) {
    const listing = openListing('ListPoliciesGrantingServiceAccess', page, world)
    const held = await heldBy(await identityOf(Arn, world), world)
    const namespaces = [...new Set(ServiceNamespaces.map((namespace) => namespace.toLowerCase()))]
    const found = portion(namespaces, (namespace) => namespace, listing.page)
    const entries = found.items.map((ServiceNamespace) => ({
      ServiceNamespace,
      Policies: held.filter(({ text }) => grants(text, ServiceNamespace)).map(({ shown }) => shown),
    }))
    return { PoliciesGrantingServiceAccess: entries, ...listing.end(found, (namespace) => namespace) }
  },
})

/** A user, group or role. */
export interface Identity {
  readonly kind: OwnerKind
  readonly entity: User | Group | Role
}

/** A policy that an identity holds. */
export interface Held {
  readonly text: string
  readonly shown: {
    readonly PolicyName: string
    readonly PolicyType: 'INLINE' | 'MANAGED'
    readonly PolicyArn?: string
    readonly EntityType?: 'USER' | 'GROUP' | 'ROLE'
    readonly EntityName?: string
  }
}

const entityTypes = { user: 'USER', group: 'GROUP', role: 'ROLE' } as const

/** The user, group or role of the account that an ARN names; `undefined` for anything else. */
export function ownerIn(arn: string, account: string): OwnerName | undefined {
  const { account: owner, kind, name } = readEntityArn(arn) ?? {}
  if (owner !== account || name === undefined) return undefined
  return kind === 'user' || kind === 'group' || kind === 'role' ? { kind, name } : undefined
}

/** The user, group or role with that ARN. Errors: `InvalidInput` for another thing's; `NoSuchEntity`. */
export async function identityOf(arn: string, world: World<'InvalidInput' | 'NoSuchEntity'>): Promise<Identity> {
  const { account, tables } = world
  const owner = ownerIn(arn, account)
  if (owner === undefined) throw world.fault('InvalidInput', `ARN ${arn} is not valid.`)
  const { kind, name } = owner
  const entity = await { user: tables.users, group: tables.groups, role: tables.roles }[kind].byName(account, name)
  const arnOf = { user: userArn, group: groupArn, role: roleArn }[kind]
  if (entity === undefined || arnOf(account, entity.path, entity.name) !== arn)
    throw world.fault('NoSuchEntity', `The ${kind} with name ${name} cannot be found.`)
  return { kind, entity }
}

/** The policies of an identity, those of a user's groups among them. */
export async function heldBy({ kind, entity }: Identity, scope: Scope): Promise<readonly Held[]> {
  const { items: groups } =
    kind === 'user' ? await scope.tables.memberships.groupsOf(entity.id, { limit: 1000 }) : { items: [] }
  const all: Held[] = [...(await own({ kind, entity }, scope))]
  for (const group of groups) all.push(...(await own({ kind: 'group', entity: group }, scope)))
  const key = ({ shown }: Held) => shown.PolicyArn ?? `${shown.EntityType} ${shown.EntityName} ${shown.PolicyName}`
  return [...new Map(all.map((held) => [key(held), held])).values()]
}

async function own({ kind, entity }: Identity, scope: Scope): Promise<readonly Held[]> {
  const held: Held[] = []
  for (const { policyArn } of await scope.tables.attachments.ofOwner(entity.id)) {
    const shown = { PolicyName: partsOf(policyArn).name, PolicyType: 'MANAGED', PolicyArn: policyArn } as const
    held.push({ text: await managedText(policyArn, scope), shown })
  }
  const where = { EntityType: entityTypes[kind], EntityName: entity.name }
  for (const { name, document } of await scope.tables.inlinePolicies.all(entity.id))
    held.push({ text: document, shown: { PolicyName: name, PolicyType: 'INLINE', ...where } })
  return held
}

/** The document of a managed policy's default version; empty where there is no such policy. */
export async function managedText(arn: string, scope: Scope): Promise<string> {
  const policy = await ownPolicy(arn, scope)
  if (policy === undefined) return awsManagedPolicy(arn)?.document ?? ''
  return (await scope.tables.policyVersions.get(policy.id, policy.defaultVersion))?.document ?? ''
}

/** Whether a document allows anything of a service. What it denies does not matter. */
function grants(text: string, namespace: string): boolean {
  const { policy } = parse(text, 'identity')
  return policy?.statements.some(({ effect, action }) => effect === 'Allow' && reaches(action, namespace)) ?? false
}

/** Whether the actions of a statement reach any of a service. Takes: its prefix, in lower case. */
export function reaches({ not, patterns }: Element, namespace: string): boolean {
  const parts = patterns.map((pattern) => pattern.toLowerCase().split(':', 2))
  if (not) return !parts.some(([prefix, name = '*']) => (prefix === '*' || prefix === namespace) && name === '*')
  return parts.some(([prefix]) => prefix === '*' || prefix === namespace)
}
