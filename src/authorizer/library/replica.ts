import type { AccountCaller, Bearing } from '#access'
import { type CompiledPolicies, compile, denyAll, type Policy, type PolicyType, parse } from '#engine'
import { HmacKey, type KeyScope } from '#protocol'
import type { Resource } from '#store'
import { serviceDefinition } from '../definition.ts'
import type { Registered } from '../registry.ts'
import type { ReplicatedLayers, ReplicatedSession, Snapshot } from '../snapshot-form.ts'
import { ownVocabularyOf } from '../vocabulary.ts'

/** Somebody of a replicated account, and the policies that bear. */
export interface Known {
  readonly caller: AccountCaller
  readonly bearing: Bearing
  /** Gives: `undefined` for a scope whose key is not here. */
  key(scope: KeyScope): HmacKey | undefined
}

/** A replicated account, ready to be asked. */
export interface Replica {
  readonly account: string
  readonly version: string
  readonly registered: Registered
  byKey(accessKeyId: string): Known | undefined
  byArn(arn: string): Known | undefined
}

/** Makes a snapshot ready to be asked. What is in it is compiled when somebody asks for it. */
export function replicaOf({ account, version, texts, principals, keys, services, resources }: Snapshot): Replica {
  const policies = new Compiled(texts)
  const definitions = new Map(services.map(({ prefix, definition }) => [prefix, serviceDefinition(prefix, definition)]))
  const kept = new Map<string, Resource>(resources.map((one) => [one.arn, { ...one, account, updatedAt: 0 }]))
  const people = new Map(principals.map((one) => [one.caller.principal.arn, one]))
  const byArn = new Map<string, Known>()
  const byKey = new Map(keys.map((key) => [key.id, { ...key, known: undefined as Known | undefined }]))
  const registered: Registered = {
    services: definitions,
    action: (name) => ownVocabularyOf(name, definitions),
    resource: kept.size === 0 ? () => null : (arn) => kept.get(arn) ?? null,
  }
  return {
    ...{ account, version, registered },
    byArn(arn) {
      const there = byArn.get(arn)
      const found = people.get(arn)
      if (there !== undefined || found === undefined) return there
      const known = {
        caller: { ...found.caller, region },
        bearing: policies.bearing(found.layers),
        key: () => undefined,
      }
      byArn.set(arn, known)
      return known
    },
    byKey(id) {
      const key = byKey.get(id)
      if (key === undefined || key.known !== undefined) return key?.known
      const owner = principals[key.owner]
      if (owner === undefined) return undefined
      const caller = { ...owner.caller, region, accessKeyId: id }
      key.known = { caller, bearing: policies.bearing(owner.layers), key: keysOf(key.signing) }
      return key.known
    },
  }
}

const region = 'us-east-1'

/** Makes a session ready to be asked about. */
export function knownSession({ caller, accessKeyId, texts, layers, signing }: ReplicatedSession): Known {
  const bearing = new Compiled(texts).bearing(layers)
  return { caller: { ...caller, region, accessKeyId }, bearing, key: keysOf(signing) }
}

function keysOf(signing: Snapshot['keys'][number]['signing']): Known['key'] {
  const keys = new Map<string, HmacKey>()
  return ({ day, region: asked, service }) => {
    const name = `${day}/${asked}/${service}`
    const known = keys.get(name)
    const text = Object.hasOwn(signing, name) ? signing[name] : undefined
    if (known !== undefined || text === undefined) return known
    const key = new HmacKey(Buffer.from(text, 'base64'))
    keys.set(name, key)
    return key
  }
}

/** Policies of a snapshot, each compiled once. */
class Compiled {
  readonly #texts: Snapshot['texts']
  readonly #policies = new Map<string, Policy>()
  readonly #sets = new Map<string, CompiledPolicies>()

  constructor(texts: Snapshot['texts']) {
    this.#texts = texts
  }

  bearing(layers: ReplicatedLayers): Bearing {
    const { identity, permissionsBoundary, session } = layers
    return {
      ...(identity && { identity: this.#set(identity, 'identity') }),
      ...(permissionsBoundary && { permissionsBoundary: this.#set(permissionsBoundary, 'permissionsBoundary') }),
      ...(session && { session: this.#set(session, 'session') }),
    }
  }

  #set(sources: NonNullable<ReplicatedLayers['identity']>, type: PolicyType): CompiledPolicies {
    const name = `${type} ${JSON.stringify(sources)}`
    const known = this.#sets.get(name)
    if (known !== undefined) return known
    const set = compile(sources.map(({ ref, ...whose }) => ({ policy: this.#policy(ref, type), ...whose })))
    this.#sets.set(name, set)
    return set
  }

  /** INVARIANT: a policy that is missing or cannot be read denies everything. */
  #policy(ref: string, type: PolicyType): Policy {
    const name = `${type} ${ref}`
    const known = this.#policies.get(name)
    if (known !== undefined) return known
    const text = Object.hasOwn(this.#texts, ref) ? this.#texts[ref] : undefined
    const { policy, problems } = text === undefined ? { problems: [], policy: undefined } : parse(text, type)
    const read = policy === undefined || problems.length > 0 ? denyAll(type) : policy
    this.#policies.set(name, read)
    return read
  }
}
