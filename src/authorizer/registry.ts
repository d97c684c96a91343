import { refOf } from '#access'
import type { Resource, Store, Tables } from '#store'
import { awsVocabulary } from './aws-vocabulary.ts'
import { type ServiceDefinition, serviceDefinition } from './definition.ts'
import { type OwnServices, ownVocabularyOf, type Vocabulary } from './vocabulary.ts'

/** What an account says of its own services and resources. */
export interface Registered {
  /** By prefix. */
  readonly services: OwnServices
  /** What is known of an action. Gives: `undefined` for one that no service has. */
  action(name: string): Vocabulary | undefined
  /** What is kept of a resource: its policy and tags. Gives: at once when it is known; `null` when there is nothing. */
  resource(arn: string, tables: Tables): Resource | null | Promise<Resource | null>
}

interface Known extends Registered {
  readonly revision: number
}

const mostAccounts = 1000
const mostResources = 20_000

/**
 * Remembers what accounts registered.
 * INVARIANT: what is remembered is used only while its account's revision is the one that it was read at.
 */
export class Registry {
  readonly #store: Store
  readonly #accounts = new Map<string, Known>()

  constructor(store: Store) {
    this.#store = store
  }

  /** Gives: at once when it is known. */
  of(account: string, tables: Tables): Registered | Promise<Registered> {
    const known = this.#accounts.get(account)
    return known !== undefined && known.revision === this.#store.revision(account) ? known : this.#read(account, tables)
  }

  async #read(account: string, tables: Tables): Promise<Registered> {
    // INVARIANT: no write is committed between these lines and the end of the reading; the unit of work sees to it.
    const revision = await this.#store.revision(account)
    const rows = await tables.services.list(account)
    const services = new Map(rows.map(({ prefix, definition }) => [prefix, definitionIn(prefix, definition)]))
    const { items } = await tables.resources.list(account, { limit: 1 })
    const action = (name: string) => ownVocabularyOf(name, services) ?? awsVocabulary(name)
    const known = { revision, services, action, resource: items.length === 0 ? () => null : resources(account) }
    if (this.#accounts.size >= mostAccounts) this.#accounts.clear()
    this.#accounts.set(account, known)
    return known
  }
}

/** Each definition is read once, so that what is worked out of it stays. */
const definitions = new Map<string, ServiceDefinition>()

function definitionIn(prefix: string, text: string): ServiceDefinition {
  const name = `${prefix} ${refOf(text)}`
  const known = definitions.get(name)
  if (known !== undefined) return known
  // Only what `serviceDefinition` took was stored.
  const definition = serviceDefinition(prefix, JSON.parse(text))
  if (definitions.size >= mostAccounts) definitions.clear()
  definitions.set(name, definition)
  return definition
}

function resources(account: string): Registered['resource'] {
  const found = new Map<string, Resource | null>()
  return (arn, tables) => {
    const known = found.get(arn)
    return known === undefined ? read(arn, tables) : known
  }

  async function read(arn: string, tables: Tables): Promise<Resource | null> {
    const resource = (await tables.resources.byArn(account, arn)) ?? null
    if (found.size >= mostResources) found.clear()
    found.set(arn, resource)
    return resource
  }
}
