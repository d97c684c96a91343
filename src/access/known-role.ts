import type { Role, Store } from '#store'
import { readEntityArn } from './arn.ts'
import type { Reading } from './bearing.ts'
import { Lru } from './lru.ts'
import { trustForDecision } from './trust.ts'

/** A role, and its trust policy as it is decided by. */
export interface KnownRole {
  readonly role: Role
  /** The same object as long as the role is the same. */
  readonly policy: { readonly type: 'trust'; readonly text: string }
}

interface AsOf {
  readonly revision: number
  readonly known: KnownRole
}

/**
 * Finds roles by their ARNs, and remembers them.
 * INVARIANT: a remembered role is given only while its account's revision is the one that it was read at.
 */
export class KnownRoles {
  readonly #store: Store
  readonly #known = new Lru<AsOf>(10_000)

  constructor(store: Store) {
    this.#store = store
  }

  /** Gives: at once when it is known; `undefined` when there is no role with that path and name, letter for letter. */
  at(arn: string, reading: Reading): KnownRole | undefined | Promise<KnownRole | undefined> {
    const there = reading.open ? undefined : this.#known.get(arn)
    if (there !== undefined && this.#store.revision(there.known.role.account) === there.revision) return there.known
    return this.#read(arn, reading)
  }

  async #read(arn: string, { tables, open }: Reading): Promise<KnownRole | undefined> {
    const { kind, account, name = '', path } = readEntityArn(arn) ?? {}
    if (kind !== 'role' || account === undefined) return undefined
    // INVARIANT: no write is committed between this line and the end of the reading; the unit of work sees to it.
    const revision = await this.#store.revision(account)
    const role = await tables.roles.byName(account, name)
    if (role === undefined || role.name !== name || role.path !== path) {
      this.#known.delete(arn)
      return undefined
    }
    const known: KnownRole = { role, policy: { type: 'trust', text: trustForDecision(role) } }
    if (!open) this.#known.set(arn, { revision, known })
    return known
  }
}
