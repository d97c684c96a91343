import type { Context } from '#engine'
import type { Call, Rule } from './call.ts'
import type { Unknown } from './described.ts'

/** What must be said of a service beside the data that AWS publishes of it. Whatever is not said here is found from those. */
export interface ServiceRules {
  /** Actions of another name than their operation. */
  readonly actions?: Readonly<Record<string, string>>
  /** Operations that are described by a rule of ours. */
  readonly operations?: Readonly<Record<string, Rule>>
  /** Operations that are refused, and why. */
  readonly refused?: Readonly<Record<string, string>>
  /** Members at the top that name resources of a type; found by their names, however deep, where nothing is said. */
  readonly members?: Readonly<Record<string, readonly string[]>>
  /** More names of members of resources of a type. */
  readonly aliases?: Readonly<Record<string, readonly string[]>>
  /** Words, in small letters, that stand before such names: `remove` in `RemoveSubnetIds`. */
  readonly before?: readonly string[]
  /** Whether the resources that a call makes are `type/*`: their names are known only afterwards. */
  readonly madeByCall?: (operation: string) => boolean
  /** Condition keys of ours. Takes: the call and its action with its service. */
  readonly keys?: (call: Call, action: string) => Keys
}

/** What is known of the condition keys of a call. */
export interface Keys {
  readonly context?: Context
  /**
   * Keys that rules give where they say something: what of them is not in the context is absent. The same in every call of an
   * operation for an action. A slash or colon at the end: all keys that start so.
   */
  readonly settled?: readonly string[]
  /** More of them, in this call. */
  readonly absent?: readonly string[]
  /** Keys of the reference that have the name of a member without being its value. */
  readonly unlike?: readonly string[]
  readonly unknown?: readonly Unknown[]
}
