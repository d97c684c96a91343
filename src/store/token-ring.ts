import type { Connection } from './connection.ts'
import { addTokenKey, forgetTokenKeys, type Keyring } from './keyring.ts'
import type { Rotation, TokenKey } from './store.ts'

/** The keys that seal and open session tokens. INVARIANT: equal to what is committed, for nobody else writes. */
export class TokenRing {
  readonly #connection: Connection
  readonly #keyring: Keyring
  #keys: readonly TokenKey[]

  /** Takes: the keys that are there, newest first. */
  constructor(connection: Connection, { keyring, keys }: { keyring: Keyring; keys: readonly TokenKey[] }) {
    this.#connection = connection
    this.#keyring = keyring
    this.#keys = keys
  }

  /** Newest first. */
  get all(): readonly TokenKey[] {
    return this.#keys
  }

  /** Gives: how many keys were forgotten. */
  async rotate({ now, longest }: Rotation): Promise<number> {
    // What a key sealed was sealed before its successor was made.
    const spent = this.#keys.filter((_, index, keys) => {
      const successor = keys[index - 1]?.createdAt
      return successor !== undefined && successor + longest <= now
    })
    await this.#connection.write(
      async (db) => {
        await forgetTokenKeys(db, spent)
        return addTokenKey(db, this.#keyring, now)
      },
      (made) => {
        this.#keys = [made, ...this.#keys.filter((key) => !spent.includes(key))]
      },
    )
    return spent.length
  }
}
