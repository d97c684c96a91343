import type { AccountCaller } from '#access'

/** An account as the library of a service replicates it. Policies are named by reference, each text once. */
export interface Snapshot {
  readonly account: string
  /** Changes when anything of it does. */
  readonly version: string
  /** Texts of policies by reference. */
  readonly texts: Readonly<Record<string, string>>
  readonly principals: readonly ReplicatedPrincipal[]
  readonly keys: readonly ReplicatedKey[]
  readonly services: readonly { readonly prefix: string; readonly definition: object }[]
  readonly resources: readonly ReplicatedResource[]
}

/** The root, or a user. */
export interface ReplicatedPrincipal {
  readonly caller: ReplicatedCaller
  readonly layers: ReplicatedLayers
}

export type ReplicatedCaller = Omit<AccountCaller, 'region' | 'accessKeyId' | 'claims'>

/** The policies that bear on somebody, by layer. */
export type ReplicatedLayers = Readonly<
  Partial<Record<'identity' | 'permissionsBoundary' | 'session', ReplicatedSources>>
>

export type ReplicatedSources = readonly {
  readonly ref: string
  readonly id?: string
  readonly arn?: string
}[]

export interface ReplicatedKey {
  readonly id: string
  /** The index of its owner among the principals. */
  readonly owner: number
  /** By day, region and service: `20260115/us-east-1/acme`; each key in base64. Never the secret itself. */
  readonly signing: Readonly<Record<string, string>>
}

export interface ReplicatedResource {
  readonly arn: string
  readonly policy?: string
  readonly tags: readonly { readonly key: string; readonly value: string }[]
}

/** What proves a session that signed a request, for as long as the account does not change. */
export interface ReplicatedSession {
  readonly account: string
  readonly version: string
  readonly caller: ReplicatedCaller
  readonly accessKeyId: string
  readonly expiresAt: number
  readonly texts: Snapshot['texts']
  readonly layers: ReplicatedLayers
  readonly signing: ReplicatedKey['signing']
}

/** How everything that is replicated is sent. */
export interface Sealed {
  /** JSON of a `Statement`. */
  readonly payload: string
  /** Ed25519 over `CARDEA-SNAPSHOT-1`, a line feed and the payload; base64url. */
  readonly signature: string
  /** The public key, base64url. */
  readonly key: string
}

export interface Statement {
  /** What whoever asked sent along: an older answer cannot stand for this one. */
  readonly nonce: string
  /** Milliseconds since 1970. */
  readonly at: number
  readonly version: string
  /** Absent: what is known with this version is still so. */
  readonly snapshot?: Snapshot
  readonly session?: ReplicatedSession
}

/** What is signed. */
export function signedText(payload: string): string {
  return `CARDEA-SNAPSHOT-1\n${payload}`
}
