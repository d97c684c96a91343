import { trustForDecision } from '#access'
import type { Resource, Store } from '#store'

const mostKnown = 10_000

/**
 * Knows what is kept here of the resources of other services: their policies and their tags.
 * INVARIANT: what is remembered is used only while the account's revision is the one that it was read at.
 */
export class Keeper {
  readonly #store: Store
  readonly #account: string
  #known = new Map<string, { readonly revision: number; readonly resource: Resource | undefined }>()

  /** Takes: the account that the resources belong to. */
  constructor(store: Store, account: string) {
    this.#store = store
    this.#account = account
  }

  /** What is kept of the resource whose policy and tags bear on an ARN. Gives: at once when it is known. */
  of(arn: string): Resource | undefined | Promise<Resource | undefined> {
    const revision = this.#store.revision(this.#account)
    const known = this.#known.get(arn)
    if (typeof revision === 'number' && known?.revision === revision) return known.resource
    return this.#read(arn)
  }

  async #read(arn: string): Promise<Resource | undefined> {
    const revision = await this.#store.revision(this.#account)
    const found = await this.#store.read(async ({ resources }) => resources.byArn(this.#account, holderOf(arn)))
    const resource = found && forDecision(found)
    if (this.#known.size >= mostKnown) this.#known = new Map()
    this.#known.set(arn, { revision, resource })
    return resource
  }
}

/** A resource whose policy names users and roles by their unique ids. */
function forDecision(resource: Resource): Resource {
  const { policy, principals = {} } = resource
  return policy === undefined
    ? resource
    : { ...resource, policy: trustForDecision({ trustPolicy: policy, trustPrincipals: principals }) }
}

/**
 * The ARN of the resource that has the policy which bears on an ARN: an object's is its bucket's.
 * Gives: the same ARN for whatever has its own.
 */
export function holderOf(arn: string): string {
  const parts = arn.split(':')
  const [, , service, , , ...rest] = parts
  const name = rest.join(':')
  const head = parts.slice(0, 5).join(':')
  switch (service) {
    case 's3':
      return name.includes('/') ? `${head}:${name.slice(0, name.indexOf('/'))}` : arn
    case 'dynamodb':
      return `${head}:${name.split('/').slice(0, 2).join('/')}`
    case 'lambda':
      return `${head}:${rest.slice(0, 2).join(':')}`
    default:
      return arn
  }
}
