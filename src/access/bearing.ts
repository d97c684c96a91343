import { type CompiledPolicies, compile, type Layers, type Source } from '#engine'
import type { Store, Tables } from '#store'
import type { AccountCaller, Session } from './caller.ts'
import { managedSource, storedPolicy } from './document.ts'
import { Lru } from './lru.ts'

/** The policies that bear on a caller, whatever it asks for. */
export type Bearing = Pick<Layers, 'identity' | 'permissionsBoundary' | 'session'>

type Owned = Pick<Layers, 'identity' | 'permissionsBoundary'>

interface AsOf<Value> {
  readonly revision: number
  readonly value: Value
}

/** Where policies are read. */
export interface Reading {
  readonly tables: Tables
  /** Whether the tables show a transaction that is not committed: what they say is then not remembered. */
  readonly open: boolean
}

const none = compile([])
/** What the root may do: a session that it made for somebody is limited by its session policies only. */
const everything = compile([
  {
    policy: storedPolicy(
      '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}',
      'identity',
    ),
  },
])

/**
 * Finds the policies that bear on callers, and remembers their compiled form.
 * INVARIANT: remembered policies are used only while their account's revision is the one that they were read at.
 */
export class Bearings {
  readonly #store: Store
  readonly #entities = new Lru<AsOf<Owned>>(10_000)
  readonly #sessions = new WeakMap<Session, AsOf<CompiledPolicies>>()

  constructor(store: Store) {
    this.#store = store
  }

  /** Gives: at once when they are known. Takes: a caller; where to read, opened only when they are not. */
  of(caller: AccountCaller, reading: Reading): Bearing | Promise<Bearing> {
    const { entityId, session, account } = caller
    const limited = session?.policies !== undefined || session?.policyArns !== undefined
    if (entityId === undefined) return limited ? this.#read(caller, reading) : ownedByRoot(caller)
    const revision = this.#store.revision(account)
    if (typeof revision !== 'number') return this.#read(caller, reading)
    const owned = this.#entities.get(entityId)
    if (owned?.revision !== revision) return this.#read(caller, reading)
    if (!limited) return owned.value
    const passed = this.#sessions.get(session)
    return passed?.revision === revision ? { ...owned.value, session: passed.value } : this.#read(caller, reading)
  }

  async #read(caller: AccountCaller, { tables, open }: Reading): Promise<Bearing> {
    const { account, entityId, session } = caller
    // INVARIANT: no write is committed between these two lines and the end of the reading; the unit of work sees to it.
    const revision = await this.#store.revision(account)
    const owned = entityId === undefined ? ownedByRoot(caller) : await ownedBy(entityId, caller, tables)
    const passed = session === undefined ? undefined : await passedTo(session, tables)
    if (!open && entityId !== undefined) this.#entities.set(entityId, { revision, value: owned })
    if (!open && session !== undefined && passed !== undefined) this.#sessions.set(session, { revision, value: passed })
    return passed === undefined ? owned : { ...owned, session: passed }
  }
}

/** For callers behind whom there is no user and no role. */
function ownedByRoot({ kind }: AccountCaller): Owned {
  return kind === 'federatedUser' ? { identity: everything } : {}
}

async function ownedBy(entityId: string, { account, kind }: AccountCaller, tables: Tables): Promise<Owned> {
  const isRole = kind === 'assumedRole'
  const entity = await (isRole ? tables.roles : tables.users).byId(entityId)
  if (entity === undefined || entity.account !== account) return { identity: none }
  const owners = isRole ? [entityId] : [entityId, ...(await groupsOf(entityId, tables))]
  const sources: Source[] = []
  for (const owner of owners) sources.push(...(await attachedTo(owner, account, tables)))
  const identity = compile(sources)
  if (entity.boundary === undefined) return { identity }
  const boundary = await managedSource(entity.boundary, { account, type: 'permissionsBoundary', tables })
  return { identity, permissionsBoundary: compile([boundary]) }
}

async function groupsOf(userId: string, tables: Tables): Promise<readonly string[]> {
  const ids: string[] = []
  for (let after: string | undefined, more = true; more; ) {
    const page = await tables.memberships.groupsOf(userId, { limit: 1000, ...(after === undefined ? {} : { after }) })
    ids.push(...page.items.map(({ id }) => id))
    after = page.items.at(-1)?.name
    more = page.more && after !== undefined
  }
  return ids
}

/** The policies that a user, group or role itself holds: the inline ones, known by `id`, then the managed, known by `arn`. */
export async function attachedTo(ownerId: string, account: string, tables: Tables): Promise<readonly Source[]> {
  const sources: Source[] = []
  for (const { name, document } of await tables.inlinePolicies.all(ownerId))
    sources.push({ policy: storedPolicy(document, 'identity'), id: name })
  for (const { policyArn } of await tables.attachments.ofOwner(ownerId))
    sources.push(await managedSource(policyArn, { account, type: 'identity', tables }))
  return sources
}

/** The session policies. Gives: `undefined` when none was passed. */
async function passedTo(session: Session, tables: Tables): Promise<CompiledPolicies | undefined> {
  const { policies, policyArns, account } = session
  if (policies === undefined && policyArns === undefined) return undefined
  const sources: Source[] = (policies ?? []).map((text) => ({ policy: storedPolicy(text, 'session') }))
  for (const arn of policyArns ?? []) sources.push(await managedSource(arn, { account, type: 'session', tables }))
  return compile(sources)
}
