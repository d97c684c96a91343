import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AccountCaller, Ruling } from '#access'
import type { Fault, HttpRequest } from '#protocol'
import type { Described, NamedTarget, Target } from './describe/index.ts'

/** What is known of a request so far; filled as it walks its path, and read by the record. */
export interface Arrival {
  readonly incoming: IncomingMessage
  readonly outgoing: ServerResponse
  /** The head as it arrived, with an empty body. */
  readonly head: HttpRequest
  /** Its body, where that was read to find out whom it is for. */
  readonly read?: Buffer
  readonly requestId: string
  /** Milliseconds since 1970. */
  readonly at: number
  /** When it began, by the clock that only measures. */
  readonly began: number
  target?: Target | NamedTarget
  caller?: AccountCaller
  described?: Described
  rulings?: Ruling[]
  /** Why it went on although it was not allowed. */
  waived?: Waived
  /** What the upstream answered. */
  status?: number
}

/** Why a request went on although it was not allowed. */
export interface Waived {
  readonly by: 'report-only' | 'pass-through'
  readonly fault: Fault
}
