/** A service of an account's own, whose actions, resources and condition keys policies can name. */
export interface RegisteredService {
  readonly account: string
  /** What its actions begin with: `acme`. */
  readonly prefix: string
  /** Its actions, resource types, condition keys and routes, as JSON. */
  readonly definition: string
  /** Milliseconds since 1970. */
  readonly createdAt: number
  readonly updatedAt: number
}

export interface ServiceTable {
  /** Adds it, or replaces the definition of the one with its prefix. */
  put(service: RegisteredService): Promise<void>
  byPrefix(account: string, prefix: string): Promise<RegisteredService | undefined>
  /** All of an account's, by prefix. */
  list(account: string): Promise<readonly RegisteredService[]>
  /** `false`: there was none. */
  remove(account: string, prefix: string): Promise<boolean>
}
