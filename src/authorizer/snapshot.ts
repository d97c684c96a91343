import { type AccountCaller, type Bearing, refOf, rootSubject, userSubject } from '#access'
import type { CompiledPolicies } from '#engine'
import { serviceNames } from '#models'
import { deriveKey, Fault } from '#protocol'
import type { Tables } from '#store'
import { checkMembers, fieldsIn, invalid, own, type Shape, textOf } from './input.ts'
import { type Asked, authorizerArn, type Staged, type StagedOperation, serviceArn } from './part.ts'
import type {
  ReplicatedCaller,
  ReplicatedKey,
  ReplicatedLayers,
  ReplicatedPrincipal,
  ReplicatedSources,
  Snapshot,
} from './snapshot-form.ts'
import { makeSnapshotKey, sealed } from './snapshot-key.ts'

const members = new Set(['services', 'regions', 'after', 'wait', 'nonce'])
const nonceShape: Shape = { pattern: /^[A-Za-z0-9_-]{16,64}$/, wants: '16–64 letters, digits, - and _' }
const versionShape: Shape = { pattern: /^[\w./-]{1,64}$/, wants: 'a version' }
const mostWait = 20

/** What of an account is wanted, and since when. */
interface Wanted {
  readonly services: readonly string[]
  readonly regions: readonly string[]
  readonly after: string | undefined
  readonly wait: number
  readonly nonce: string
}

/** Gives the library of a service what it needs to decide by itself, when it is another one than the library has. */
export const GetSnapshot: StagedOperation = {
  event: 'GetSnapshot',
  readOnly: true,
  async stages(staged) {
    const { entry, ground, caller, within } = staged
    refuseOpen(entry.request)
    const wanted = wantedIn(entry.request.body)
    entry.told = { services: wanted.services, regions: wanted.regions }
    await within((asked) => permitted(asked, wanted.services))
    await makeSnapshotKey(caller.account, ground.store, entry.at)
    await changed(wanted, staged)
    return within(async (asked) => {
      // What may be had may have changed while the caller waited.
      await permitted(asked, wanted.services)
      const at = ground.now()
      const version = await versionOf(caller.account, ground, at)
      const { nonce, after } = wanted
      const snapshot = after === version ? {} : { snapshot: await recentSnapshot(wanted, asked, { version, at }) }
      return sealed({ nonce, at, version, ...snapshot }, caller.account, asked.tables)
    })
  },
}

/** Waits for something new, where the caller knows the newest. */
async function changed({ after, wait }: Wanted, { ground, caller }: Staged): Promise<void> {
  const revision = await ground.store.revision(caller.account)
  if (wait === 0 || after !== (await versionOf(caller.account, ground, ground.now()))) return
  await ground.changes.from(caller.account, revision, wait * 1000)
}

/** Errors: `AccessDenied`: keys travel over TLS, or stay on this machine. */
export function refuseOpen({ secure, remoteAddress }: Staged['entry']['request']): void {
  if (secure || /^(?:127\.\d+\.\d+\.\d+|::1)$/.test(remoteAddress)) return
  throw new Fault({ code: 'AccessDenied', status: 403, message: 'Signing keys are given over TLS only.' })
}

/**
 * Asks for the permissions of whoever decides by itself.
 * INVARIANT: no key is given that Cardea itself takes for the signature of its owner, nor one of a service of AWS.
 */
export async function permitted({ permit, caller, ground, tables }: Asked, services: readonly string[]): Promise<void> {
  await permit('cardea:GetSnapshot', authorizerArn(caller.account))
  const registered = await ground.registry.of(caller.account, tables)
  for (const prefix of services) {
    await permit('cardea:GetSigningKeys', serviceArn(caller.account, prefix))
    const signingName = registered.services.get(prefix)?.signingName
    if (signingName === undefined) throw invalid(`The service ${prefix} is not registered.`)
    if (signingName !== prefix || serviceNames.includes(signingName))
      throw invalid(`Requests to ${prefix} are signed for ${signingName}, whose keys are not given away.`)
  }
}

function wantedIn(body: Uint8Array): Wanted {
  const fields = fieldsIn(body)
  checkMembers(fields, members, 'The body')
  const after = own(fields, 'after')
  const wait = own(fields, 'wait') ?? 0
  if (typeof wait !== 'number' || !(wait >= 0 && wait <= mostWait)) throw invalid(`wait must be 0–${mostWait} seconds.`)
  return {
    ...placesIn({ services: own(fields, 'services'), regions: own(fields, 'regions') }),
    after: after === undefined ? undefined : textOf(after, 'after', versionShape),
    wait,
    nonce: textOf(own(fields, 'nonce'), 'nonce', nonceShape),
  }
}

function placesIn({ services, regions = ['us-east-1'] }: { readonly services: unknown; readonly regions: unknown }) {
  const wrong = (list: unknown, pattern: RegExp) =>
    !Array.isArray(list) || list.length < 1 || list.length > 10 || list.some((one) => !pattern.test(String(one)))
  if (wrong(services, /^[a-z][a-z0-9-]{1,62}$/)) throw invalid('services must be a list of 1–10 prefixes.')
  if (wrong(regions, /^[a-z0-9-]{1,32}$/)) throw invalid('regions must be a list of 1–10 regions.')
  // Each was looked at.
  return { services: (services as unknown[]).map(String), regions: (regions as unknown[]).map(String) }
}

/** The version of what is replicated: with another day there are other keys. */
export async function versionOf(
  account: string,
  { store }: Pick<Asked['ground'], 'store'>,
  at: number,
): Promise<string> {
  return `${await store.revision(account)}.${dayOf(at)}`
}

/** `20260115` */
export function dayOf(at: number): string {
  return new Date(at).toISOString().slice(0, 10).replaceAll('-', '')
}

/** Days whose signatures are good now or soon: clocks differ, and a day ends while nobody can ask. */
function daysAround(at: number): readonly string[] {
  return [-86_400_000, 0, 86_400_000].map((shift) => dayOf(at + shift))
}

interface Moment {
  readonly version: string
  readonly at: number
}

const mostRecent = 8

/** The same snapshot for all who want it: many may have waited for one change. */
async function recentSnapshot(wanted: Wanted, asked: Asked, moment: Moment): Promise<Snapshot> {
  const { recent } = asked.ground
  const { services, regions } = wanted
  const name = JSON.stringify([asked.caller.account, moment.version, services, regions])
  const known = recent.get(name)
  if (known !== undefined) return known
  const making = snapshotOf(wanted, asked, moment)
  recent.set(name, making)
  const [oldest] = recent.keys()
  if (recent.size > mostRecent && oldest !== undefined) recent.delete(oldest)
  try {
    return await making
  } catch (cause) {
    recent.delete(name)
    throw cause
  }
}

async function snapshotOf(wanted: Wanted, asked: Asked, { version, at }: Moment): Promise<Snapshot> {
  const { tables, caller, ground } = asked
  const { account } = caller
  const texts = new Texts()
  const callers = [rootSubject(account), ...(await everyUser(account, tables))]
  const principals: ReplicatedPrincipal[] = []
  for (const one of callers) {
    const bearing = await ground.access.bearing({ ...one, region: 'us-east-1' }, { tables, open: false })
    principals.push({ caller: one, layers: texts.layersOf(bearing) })
  }
  const services = await tables.services.list(account)
  const asks = services.filter(({ prefix }) => wanted.services.includes(prefix))
  return {
    account,
    version,
    texts: texts.all,
    principals,
    keys: await keysOf(callers, { ...wanted, at, tables, account }),
    services: asks.map(({ prefix, definition }) => ({ prefix, definition: JSON.parse(definition) as object })),
    resources: await resourcesOf(account, wanted.services, tables),
  }
}

async function everyUser(account: string, tables: Tables): Promise<readonly ReplicatedCaller[]> {
  const found: ReplicatedCaller[] = []
  for (let after: string | undefined, more = true; more; ) {
    const page = await tables.users.list(account, { limit: 1000, ...(after === undefined ? {} : { after }) })
    found.push(...page.items.map(userSubject))
    after = page.items.at(-1)?.name
    more = page.more && after !== undefined
  }
  return found
}

interface Deriving {
  readonly services: readonly string[]
  readonly regions: readonly string[]
  readonly at: number
  readonly tables: Tables
  readonly account: string
}

async function keysOf(
  callers: readonly ReplicatedCaller[],
  { tables, account, ...deriving }: Deriving,
): Promise<readonly ReplicatedKey[]> {
  const found: ReplicatedKey[] = []
  for (const [owner, { entityId }] of callers.entries())
    for (const { id, secret, active } of await tables.accessKeys.ofUser(account, entityId))
      if (active) found.push({ id, owner, signing: signingKeys(secret, deriving) })
  return found
}

/** INVARIANT: from these nobody finds the secret, nor a key for another day, region or service. */
export function signingKeys(
  secret: string,
  { services, regions, at }: Pick<Deriving, 'services' | 'regions' | 'at'>,
): ReplicatedKey['signing'] {
  const keys: Record<string, string> = {}
  for (const day of daysAround(at))
    for (const region of regions)
      for (const service of services)
        keys[`${day}/${region}/${service}`] = deriveKey(secret, { day, region, service }).toString('base64')
  return keys
}

async function resourcesOf(
  account: string,
  services: readonly string[],
  tables: Tables,
): Promise<Snapshot['resources']> {
  const found: Snapshot['resources'][number][] = []
  for (let after: string | undefined, more = true; more; ) {
    const page = await tables.resources.list(account, { limit: 1000, ...(after === undefined ? {} : { after }) })
    for (const { arn, policy, tags } of page.items)
      if (services.includes(arn.split(':', 3)[2] ?? ''))
        found.push({ arn, tags, ...(policy === undefined ? {} : { policy }) })
    after = page.items.at(-1)?.arn
    more = page.more && after !== undefined
  }
  return found
}

/** Texts of policies, each once. */
export class Texts {
  readonly #texts: Record<string, string> = Object.create(null)
  readonly #known = new WeakMap<CompiledPolicies, ReplicatedSources>()

  get all(): Snapshot['texts'] {
    return this.#texts
  }

  layersOf(bearing: Bearing): ReplicatedLayers {
    const layers: Partial<Record<keyof ReplicatedLayers, ReplicatedSources>> = {}
    for (const layer of ['identity', 'permissionsBoundary', 'session'] as const) {
      const policies = bearing[layer]
      if (policies !== undefined) layers[layer] = this.#sourcesOf(policies)
    }
    return layers
  }

  #sourcesOf(policies: CompiledPolicies): ReplicatedSources {
    const known = this.#known.get(policies)
    if (known !== undefined) return known
    const sources = policies.sources.map(({ policy, id, arn }) => {
      const ref = refOf(policy.text)
      this.#texts[ref] = policy.text
      return { ref, ...(id === undefined ? {} : { id }), ...(arn === undefined ? {} : { arn }) }
    })
    this.#known.set(policies, sources)
    return sources
  }
}

/** What of a caller is replicated. INVARIANT: neither the secret of a session nor its token. */
export function replicated({
  region: _,
  accessKeyId: _id,
  claims: _claims,
  session,
  ...rest
}: AccountCaller): ReplicatedCaller {
  return session === undefined ? rest : { ...rest, session: { ...session, secret: '' } }
}
