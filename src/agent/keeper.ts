import type { Granted } from './granted.ts'
import type { Log } from './log.ts'
import { Problem } from './problem.ts'
import { refreshAfter, retryAfter } from './refresh.ts'

/** Time, as the agent sees it. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number
  /** Does something after so many milliseconds. Gives: what calls it off. */
  after(milliseconds: number, work: () => void): () => void
}

export interface KeeperParts {
  /** Asks the server for new credentials. Errors: `Problem`. */
  fetch(): Promise<Granted>
  readonly clock: Clock
  /** At least 0 and less than 1. */
  chance(): number
  readonly log: Log
  /** What was given before the agent was started. */
  readonly before?: Granted
  /** Is told of new credentials, and of their loss. */
  keep?(granted: Granted | undefined): void
}

/** What is known just now. */
export interface Known {
  /** Absent: there are no credentials that are good. */
  readonly granted?: Granted
  /** What was given last, though it be over: it says what the role is called. */
  readonly last?: Granted
  /** Why the last attempt failed. */
  readonly problem?: Problem
}

/**
 * Keeps credentials that are good, and replaces them early.
 * INVARIANT: nothing is given after its end, and nothing after the server said that there is no more.
 */
export class Keeper {
  readonly #parts: KeeperParts
  #granted: Granted | undefined
  #last: Granted | undefined
  #problem: Problem | undefined
  #failures = 0
  /** When the next attempt is due. */
  #due = 0
  #running: Promise<void> | undefined
  #callOff: (() => void) | undefined
  #stopped = false

  constructor(parts: KeeperParts) {
    this.#parts = parts
    const { before, clock } = parts
    this.#last = before
    if (before === undefined || before.goodUntil <= clock.now()) return
    this.#granted = before
    const left = this.#refreshTime(before) - clock.now()
    this.#plan(Math.max(0, left))
  }

  /** Gives: what is known, after waiting for an attempt where there is nothing to give and one is due. */
  async known(): Promise<Known> {
    if (this.#isGood()) {
      // A timer sleeps while its machine does.
      if (this.#parts.clock.now() >= this.#due) this.#refresh()
      return this.#shown()
    }
    if (this.#running !== undefined || this.#parts.clock.now() >= this.#due) await this.#refresh()
    return this.#shown()
  }

  /** Asks for new credentials now, or as soon as an attempt that is under way has ended. */
  renew(): Promise<void> {
    return this.#refresh()
  }

  stop(): void {
    this.#stopped = true
    this.#callOff?.()
  }

  #isGood(): boolean {
    return this.#granted !== undefined && this.#parts.clock.now() < this.#granted.goodUntil
  }

  #shown(): Known {
    return {
      ...(this.#isGood() && this.#granted !== undefined ? { granted: this.#granted } : {}),
      ...(this.#last === undefined ? {} : { last: this.#last }),
      ...(this.#problem === undefined ? {} : { problem: this.#problem }),
    }
  }

  #refresh(): Promise<void> {
    if (this.#stopped) return Promise.resolve()
    this.#running ??= this.#attempt().finally(() => {
      this.#running = undefined
    })
    return this.#running
  }

  async #attempt(): Promise<void> {
    const { fetch, log, clock, chance } = this.#parts
    this.#callOff?.()
    try {
      const granted = await fetch()
      this.#granted = granted
      this.#last = granted
      this.#problem = undefined
      this.#failures = 0
      const after = this.#refreshTime(granted) - clock.now()
      const { role, credentials } = granted
      const until = new Date(granted.goodUntil).toISOString()
      log(
        'info',
        { role: role.arn, accessKeyId: credentials.accessKeyId, until, nextAfterMs: after },
        'new credentials',
      )
      this.#plan(Math.max(0, after))
      this.#keep(granted)
    } catch (cause) {
      const problem =
        cause instanceof Problem
          ? cause
          : new Problem('Unavailable', `The agent failed: ${(cause as Error).message}`, cause)
      this.#problem = problem
      this.#failures += 1
      const after = retryAfter({ failures: this.#failures, chance: chance() })
      const { code, message, final } = problem
      log('error', { code, message, final, failures: this.#failures, nextAfterMs: after }, 'no new credentials')
      this.#plan(after)
      if (!final) return
      this.#granted = undefined
      this.#keep(undefined)
    }
  }

  /** A folder that cannot be written is no reason to ask again. */
  #keep(granted: Granted | undefined): void {
    try {
      this.#parts.keep?.(granted)
    } catch (cause) {
      this.#parts.log('error', { message: (cause as Error).message }, 'credentials are not remembered')
    }
  }

  #refreshTime({ givenAt, goodUntil }: Granted): number {
    return givenAt + refreshAfter({ lifetime: goodUntil - givenAt, chance: this.#parts.chance() })
  }

  #plan(after: number): void {
    const { clock } = this.#parts
    this.#due = clock.now() + after
    this.#callOff?.()
    if (!this.#stopped) this.#callOff = clock.after(after, () => void this.#refresh())
  }
}
