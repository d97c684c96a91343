import type { Store } from '#store'

/** Milliseconds between two looks at the revisions of accounts that somebody waits for. */
const look = 50
const mostWaiting = 1000

interface Waiter {
  readonly account: string
  readonly revision: number
  go(): void
}

/** Lets callers wait until something in an account changes. */
export class Changes {
  readonly #store: Pick<Store, 'revision'>
  readonly #waiters = new Set<Waiter>()
  #timer: NodeJS.Timeout | undefined
  #stopped = false

  constructor(store: Pick<Store, 'revision'>) {
    this.#store = store
  }

  /** Resolves when the account's revision is another one, when the time is over, and when nobody may wait any more. */
  async from(account: string, revision: number, milliseconds: number): Promise<void> {
    if (this.#stopped || this.#waiters.size >= mostWaiting || (await this.#store.revision(account)) !== revision) return
    await new Promise<void>((resolve) => {
      const end = setTimeout(() => waiter.go(), milliseconds)
      const waiter: Waiter = {
        account,
        revision,
        go: () => {
          clearTimeout(end)
          this.#waiters.delete(waiter)
          if (this.#waiters.size === 0) this.#rest()
          resolve()
        },
      }
      this.#waiters.add(waiter)
      this.#timer ??= setInterval(() => void this.#look(), look)
    })
  }

  stop(): void {
    this.#stopped = true
    for (const waiter of [...this.#waiters]) waiter.go()
  }

  async #look(): Promise<void> {
    for (const waiter of [...this.#waiters])
      if ((await this.#store.revision(waiter.account)) !== waiter.revision) waiter.go()
  }

  #rest(): void {
    clearInterval(this.#timer)
    this.#timer = undefined
  }
}
