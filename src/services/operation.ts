import type { AccountCaller, KnownRole } from '#access'
import type { Context, PolicyType } from '#engine'
import type { Fault, HttpRequest } from '#protocol'
import type { Store, Tables, Tag } from '#store'
import type { Issuers } from './issuer.ts'

/** What an operation touches, for the decision. */
export interface Touched {
  /** A full ARN, or `*`. */
  readonly arn: string
  /** The owner, where it is not the caller's account. */
  readonly account?: string
  /** Shown to policies as `aws:ResourceTag` and `iam:ResourceTag`. */
  readonly tags?: readonly Tag[]
  /** The policy that the resource itself carries. */
  readonly policy?: { readonly type: Extract<PolicyType, 'resource' | 'trust'>; readonly text: string }
  /** Whether the resource is there. A denial says no reason about a role that is not (rule M-8). Absent: true. */
  readonly exists?: boolean
}

/** What `resource` and `context` may look at. */
export interface Scope {
  readonly caller: AccountCaller
  /** The caller's account. */
  readonly account: string
  readonly tables: Tables
  /** The role with an ARN, path and name letter for letter. Gives: at once when it is known. */
  roleAt(arn: string): KnownRole | undefined | Promise<KnownRole | undefined>
}

/** What `run` is given: the caller, one moment, one source of ids, and tables inside one transaction. */
export interface World<Code extends string = string> extends Scope {
  /** Milliseconds since 1970. */
  readonly now: number
  readonly requestId: string
  readonly store: Pick<Store, 'tokenKeys' | 'issued' | 'seen'>
  /** The URL of an issuer of this installation. Takes: its id. */
  issuerUrl(issuer: string): string
  /** Which identity providers the operator marked for local use. */
  readonly issuers: Pick<Issuers, 'isLocal'>
  /** A new unique id with the prefix of its kind: `AIDA` + 17 characters. */
  mint(prefix: IdPrefix): string
  /** When the caller showed its second factor in this call; absent: it showed none. */
  readonly mfaAt?: number
  /** Quotas that the operator set, by AWS's names; the others are AWS's own. */
  readonly quotas: Readonly<Record<string, number>>
  /** Random bytes from the system. */
  random(bytes: number): Uint8Array
  /** An error of the model, with its status. A code that the operation does not list does not compile. */
  fault(code: Code | CommonCode, message: string): Fault
  /** Asks for one more permission, in the same context. Errors: `AccessDenied` in AWS's words. */
  permit(action: string, resource: Touched | string, context?: Context): Promise<void>
}

/** What an operation may look at to find out whom an identity provider vouches for. */
export interface Vouching<Code extends string = string> {
  /** Milliseconds since 1970. */
  readonly now: number
  read<Value>(work: (tables: Tables) => Promise<Value>): Promise<Value>
  readonly issuers: Issuers
  /**
   * Notes that something was used, until a moment. Gives: `false` when it was used before.
   * Absent: the installation takes tokens again and again while they are valid, as AWS does.
   */
  readonly once?: (id: string, until: number) => boolean
  /** The same, for what is never taken twice. */
  readonly onlyOnce: (id: string, until: number) => boolean
  /** The URL by which others reach this installation. Absent: none does. */
  readonly publicUrl?: string
  /** The request itself, for operations that are signed in another way. */
  readonly request?: HttpRequest
  /** Remembers that a subject showed a certificate in vain. */
  readonly seen?: Store['seen']
  /** An error of the model, with its status. Takes: why, for the log and the record. */
  refuse(code: Code | CommonCode, message: string, detail: string): Fault
}

/** Somebody whom an identity provider vouches for. */
export interface Vouched {
  readonly caller: AccountCaller
  /** Present: the provider's word is genuine, but is refused all the same. */
  readonly refusal?: Fault
}

export type IdPrefix = 'AIDA' | 'AROA' | 'AGPA' | 'AIPA' | 'ANPA' | 'AKIA' | 'ASIA' | 'ASCA' | 'APKA' | 'ACCA'

/** Errors that any operation may answer with. */
export type CommonCode = 'AccessDenied' | 'ValidationError' | 'InvalidParameterValue' | 'InternalFailure'

/** The code that a multi-factor device shows, in a call. */
export interface SecondFactor {
  readonly serial: string | undefined
  readonly code: string | undefined
}

/** An operation as the server performs it, its input's type forgotten. */
export interface Operation {
  /** `iam` */
  readonly service: string
  /** `CreateUser` */
  readonly name: string
  /** `iam:CreateUser`; absent: the operation needs no permission of its own, or asks with `permit`. */
  readonly action: string | undefined
  /** Whether `run` may change anything in the store. */
  readonly writes: boolean
  /** Who calls, of an operation that needs no signature: it has the word of an identity provider in its input. */
  readonly vouch: ((input: unknown, scope: Vouching) => Promise<Vouched>) | undefined
  /** Whether `vouch` itself verifies the signature of the request, which is made with the key of a certificate. */
  readonly certified: boolean
  /** Whether neither the decision nor `run` looks at the store: their tables then throw. */
  readonly storeless: boolean
  /** All that is touched; the caller needs the permission on each. */
  resource(input: unknown, scope: Scope): Promise<readonly Touched[]>
  /** What the operation adds to the context of the decision. */
  context(input: unknown, scope: Scope): Promise<Context>
  /** Other permissions that the caller needs on the same resources, by what the input holds. */
  also(input: unknown, scope: Scope): readonly string[]
  /** The second factor that the call shows. It is verified before the decision, which then knows of it. */
  factor(input: unknown): SecondFactor | undefined
  run(input: unknown, world: World): Promise<object>
}
