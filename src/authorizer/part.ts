import type { Access, AccountCaller } from '#access'
import type { HttpRequest } from '#protocol'
import type { Decided, Store, Tables, Tag } from '#store'
import type { Changes } from './changes.ts'
import type { Principals } from './principal.ts'
import type { Registry } from './registry.ts'
import type { Snapshot } from './snapshot-form.ts'

/** What the authorizer stands on. */
export interface AuthorizerParts {
  readonly store: Store
  readonly access: Access
  /** Milliseconds since 1970. */
  readonly now: () => number
  readonly log?: AuthorizerLog
  /** Which decisions about others are recorded one by one. Default: refusals. */
  readonly recorded?: 'refusals' | 'all'
}

/** Where answers and refusals are told to the operator. */
export interface AuthorizerLog {
  info(line: object, message: string): void
  error(line: object, message: string): void
}

/** The same, with what it remembers. */
export interface Ground extends AuthorizerParts {
  readonly registry: Registry
  readonly principals: Principals
  readonly changes: Changes
  /** Snapshots that were made last, by whose and which they are. */
  readonly recent: Map<string, Promise<Snapshot>>
}

/** What is known of a request so far; the record reads it. */
export interface Entry {
  readonly request: HttpRequest
  readonly requestId: string
  /** Milliseconds since 1970. */
  readonly at: number
  event?: string
  readOnly?: boolean
  caller?: AccountCaller
  resource?: string
  /** The parameters, short. */
  told?: Readonly<Record<string, unknown>>
  /** Decisions on the way. */
  decisions?: (() => Decided)[]
}

/** A signed request for one of the authorizer's operations. */
export interface Asked {
  readonly entry: Entry
  readonly ground: Ground
  readonly caller: AccountCaller
  readonly tables: Tables
  /** Whether the tables show a transaction that is not committed. */
  readonly open: boolean
  /** What the path names. */
  readonly named: Readonly<Record<string, string>>
  /** Asks for a permission of the authorizer's own. Errors: `AccessDenied` in AWS's words. */
  permit(action: string, resource: string, tags?: readonly Tag[]): Promise<void>
}

/** Something that the authorizer does for whoever signs. */
export interface Operation {
  /** As the audit trail says it. */
  readonly event: string
  readonly readOnly: boolean
  /** Runs in one unit of work. */
  run(asked: Asked): Promise<object>
}

/** The same, where not all of it can be done in one unit of work: the store is also asked by others on the way. */
export interface StagedOperation {
  readonly event: string
  readonly readOnly: true
  stages(staged: Staged): Promise<object>
}

/** INVARIANT: nobody who may ask the store is called inside of `within`, for that could wait for itself. */
export interface Staged extends Pick<Asked, 'entry' | 'ground' | 'caller' | 'named'> {
  within<T>(work: (asked: Asked) => Promise<T>): Promise<T>
}

/** What whoever asks about others must be allowed to use. */
export function authorizerArn(account: string): string {
  return `arn:aws:cardea::${account}:authorizer`
}

/** A registered service. */
export function serviceArn(account: string, prefix: string): string {
  return `arn:aws:cardea::${account}:service/${prefix}`
}
