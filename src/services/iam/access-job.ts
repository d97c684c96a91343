import { roleArn, userArn } from '#access'
import { actionMatches, type Element, parse } from '#engine'
import { serviceActions, serviceNames, servicePrefixes } from '#models'
import type { Accessed, Role, User } from '#store'
import type { Scope, World } from '../operation.ts'
import { heldBy, type Identity, identityOf, managedText, ownerIn, reaches } from './granting-policy.ts'
import { isPolicyArn, policyExists } from './policy-arn.ts'

/** A user or role whose calls a report counts. */
export interface Entity {
  readonly arn: string
  readonly name: string
  readonly type: 'USER' | 'ROLE'
  readonly id: string
  readonly path: string
}

/** The last call of something. */
export interface LastCall {
  /** Index of whoever called in the report's entities. */
  readonly entity: number
  readonly at: number
  readonly region: string
}

export interface ServiceAccess {
  /** `s3` */
  readonly namespace: string
  /** The last call of each entity that called the service, newest first. */
  readonly calls: readonly LastCall[]
  /** Of a report by action: each action that may be told, and its last call. */
  readonly actions?: readonly { readonly name: string; readonly call?: LastCall }[]
}

/** What a job found: the services that policies grant, and who called them last. */
export interface AccessReport {
  readonly granularity: Granularity
  readonly entities: readonly Entity[]
  /** By namespace. */
  readonly services: readonly ServiceAccess[]
}

export type Granularity = 'SERVICE_LEVEL' | 'ACTION_LEVEL'

/**
 * Finds the services that the policies of a user, group or role grant, or that a policy grants, and who called them last.
 * Errors: `InvalidInput` for another thing's ARN; `NoSuchEntity`.
 * Cost: the policies once, and the calls of every user and role concerned.
 */
export async function reportOn(
  arn: string,
  granularity: Granularity,
  world: World<'InvalidInput' | 'NoSuchEntity'>,
): Promise<AccessReport> {
  const { texts, members } = await subjectAt(arn, world)
  const granted = texts.flatMap(allowed)
  const calls = await callsOf(members, world)
  const namespaces = servicePrefixes().filter((prefix) => granted.some((action) => reaches(action, prefix)))
  const services = namespaces.map((namespace) => {
    const own = calls.filter(({ action }) => action.startsWith(`${namespace}:`))
    const access = { namespace, calls: newestOfEach(own, ({ entity }) => entity).map(withoutAction) }
    return granularity === 'ACTION_LEVEL' ? { ...access, actions: actionsIn(namespace, own, granted) } : access
  })
  return { granularity, entities: members.map(shownEntity), services }
}

/** Milliseconds for which calls count. */
const tracked = 400 * 24 * 3_600_000

interface Call extends Accessed {
  readonly entity: number
}

interface Subject {
  /** Policy documents. */
  readonly texts: readonly string[]
  readonly members: readonly Member[]
}

type Member = { readonly kind: 'user'; readonly entity: User } | { readonly kind: 'role'; readonly entity: Role }

async function subjectAt(arn: string, world: World<'InvalidInput' | 'NoSuchEntity'>): Promise<Subject> {
  if (ownerIn(arn, world.account) === undefined && isPolicyArn(arn)) return policyAt(arn, world)
  const identity = await identityOf(arn, world)
  const texts = (await heldBy(identity, world)).map(({ text }) => text)
  return { texts, members: await membersOf(identity, world) }
}

async function policyAt(arn: string, world: World<'NoSuchEntity'>): Promise<Subject> {
  if (!(await policyExists(arn, world))) throw world.fault('NoSuchEntity', `Policy ${arn} was not found.`)
  const { account, tables } = world
  const members = new Map<string, Member>()
  for (const { ownerKind, ownerId } of await tables.attachments.ofPolicy(account, arn)) {
    const table = { user: tables.users, group: tables.groups, role: tables.roles }[ownerKind]
    const entity = await table.byId(ownerId)
    if (entity === undefined) continue
    for (const member of await membersOf({ kind: ownerKind, entity }, world)) members.set(member.entity.id, member)
  }
  return { texts: [await managedText(arn, world)], members: [...members.values()] }
}

/** The user or role itself, or the users of a group. */
async function membersOf({ kind, entity }: Identity, { tables }: Scope): Promise<readonly Member[]> {
  if (kind !== 'group') {
    // The kind says of which of the tables the entity is.
    return [{ kind, entity } as Member]
  }
  const found: User[] = []
  let after: string | undefined
  for (let more = true; more; ) {
    const limit = { limit: 1000, ...(after === undefined ? {} : { after }) }
    const page = await tables.memberships.usersOf(entity.id, limit)
    found.push(...page.items)
    after = page.items.at(-1)?.name
    more = page.more
  }
  return found.map((user) => ({ kind: 'user', entity: user }))
}

async function callsOf(members: readonly Member[], { tables, now }: World): Promise<readonly Call[]> {
  const calls: Call[] = []
  for (const [index, { entity }] of members.entries())
    for (const accessed of await tables.lastUses.actionsOf(entity.id))
      if (now - accessed.at < tracked) calls.push({ ...accessed, entity: index })
  return calls.sort((left, right) => right.at - left.at || left.entity - right.entity)
}

/** The first of those that are alike. */
function newestOfEach(calls: readonly Call[], alike: (call: Call) => string | number): readonly Call[] {
  const found = new Map<string | number, Call>()
  for (const call of calls) if (!found.has(alike(call))) found.set(alike(call), call)
  return [...found.values()]
}

/** The actions of a service that was called, or whose calls are seen here, as far as policies grant them. */
function actionsIn(namespace: string, calls: readonly Call[], granted: readonly Element[]) {
  const newest = newestOfEach(calls, ({ action }) => action)
  const known = serviceNames.includes(namespace) || calls.length > 0 ? serviceActions(namespace)?.actions : undefined
  const names = (known ?? []).map(({ action }) => action).filter((action) => granted.some((one) => covers(one, action)))
  const all = [...new Set([...names, ...newest.map(({ action }) => action)])].sort()
  return all.map((action) => {
    const call = newest.find((one) => one.action === action)
    return { name: action.slice(namespace.length + 1), ...(call === undefined ? {} : { call: withoutAction(call) }) }
  })
}

/** The actions that a document's statements allow. What it denies does not matter. */
function allowed(text: string): readonly Element[] {
  const statements = parse(text, 'identity').policy?.statements ?? []
  return statements.filter(({ effect }) => effect === 'Allow').map(({ action }) => action)
}

function covers({ not, patterns }: Element, action: string): boolean {
  return patterns.some((pattern) => actionMatches(pattern, action)) !== not
}

function withoutAction({ entity, at, region }: Call): LastCall {
  return { entity, at, region }
}

function shownEntity({ kind, entity }: Member): Entity {
  const { account, id, name, path } = entity
  const arn = (kind === 'user' ? userArn : roleArn)(account, path, name)
  return { arn, name, type: kind === 'user' ? 'USER' : 'ROLE', id, path }
}
