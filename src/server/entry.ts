import type { AccountCaller, Ruling } from '#access'
import type { Call, HttpRequest } from '#protocol'
import type { Operation } from '#services'
import type { Tables } from '#store'

/** What is known of a request so far; filled as it walks its path, and read by the record. */
export interface Entry {
  readonly request: HttpRequest
  readonly requestId: string
  /** Milliseconds since 1970. */
  readonly at: number
  /** When it began, by the clock that only measures. */
  readonly began: number
  call?: Call
  /** What performs the call, where that is built. */
  operation?: Operation | undefined
  caller?: AccountCaller | undefined
  /** Present once it was found to be of the model's shape. */
  input?: object
  /** When the caller showed a second factor in this call. */
  mfaAt?: number
  /** The first thing touched. */
  resource?: string
  /** All that was touched, and whose it is where it is not the caller's account. */
  touched?: readonly { readonly arn: string; readonly account?: string }[]
  /** What was decided on the way, in order. */
  rulings?: Ruling[]
  /** What is answered, where the audit trail keeps it. */
  output?: object
}

/** A request that is understood: who asks for what. */
export interface Asked {
  readonly entry: Entry
  readonly call: Call
  readonly caller: AccountCaller
  readonly operation: Operation
  readonly input: object
}

/** Where an operation is decided and performed. */
export interface Unit {
  readonly tables: Tables
  /** Whether it is a transaction that may be undone. */
  readonly open: boolean
}
