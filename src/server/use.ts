import type { AccountCaller } from '#access'
import type { LastUsed, Store } from '#store'

/** Milliseconds for which a use like the one before is not noted again. */
const lull = 60_000
const mostKnown = 20_000

/** What was called. */
export interface Called {
  /** As actions begin: `iam`. */
  readonly service: string
  readonly operation: string
}

/** Notes the last use of keys, sessions, roles and actions, but not every one. */
export class Uses {
  readonly #store: Store
  #noted = new Map<string, LastUsed>()

  constructor(store: Store) {
    this.#store = store
  }

  /** Takes: who called which operation of which service, and when. */
  note(caller: AccountCaller, { service, operation }: Called, now: number): void {
    const { accessKeyId, session, kind, entityId, region } = caller
    if (accessKeyId !== undefined) this.#note(accessKeyId, { at: now, region, service })
    if (session !== undefined && kind === 'assumedRole' && entityId !== undefined)
      this.#note(entityId, { at: now, region })
    if (entityId !== undefined) this.#note(`${entityId}/${service}:${operation}`, { at: now, region })
  }

  #note(id: string, use: LastUsed): void {
    const noted = this.#noted.get(id)
    const alike = noted !== undefined && noted.region === use.region && noted.service === use.service
    if (alike && Math.abs(use.at - noted.at) < lull) return
    if (this.#noted.size >= mostKnown) this.#noted = new Map()
    this.#noted.set(id, use)
    this.#store.used(id, use)
  }
}
