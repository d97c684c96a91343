import type { Page, PageRequest, Tag } from './entity.ts'

/** Something outside that was given an instance profile, and runs an agent. */
export interface Instance {
  /** `i-` and 17 hexadecimal digits. */
  readonly id: string
  /** Twelve digits. */
  readonly account: string
  readonly region: string
  readonly name?: string
  /** `AIPA…`; another profile that gets the name later is not meant. */
  readonly profileId: string
  /** As it was when the instance was registered. */
  readonly profileArn: string
  readonly tags: readonly Tag[]
  /** How long its credentials last. */
  readonly sessionSeconds: number
  /** Milliseconds since 1970. */
  readonly createdAt: number
  /** ARN of whoever registered it. */
  readonly createdBy: string
  readonly join?: JoinToken
  readonly agent?: InstanceAgent
}

/** The token with which one agent may join as an instance, once. Only its hash is known. */
export interface JoinToken {
  /** SHA-256, in hexadecimal digits. */
  readonly hash: string
  readonly expiresAt: number
  /** Absent: it was not used yet. */
  readonly usedAt?: number
}

/** The agent that joined as an instance. */
export interface InstanceAgent {
  /** A JSON Web Key of P-256, as text. */
  readonly publicKey: string
  readonly joinedAt: number
  /** Where it joined from. */
  readonly address: string
  /** The moment of its last request. INVARIANT: it only rises, so that no request is taken twice. */
  readonly moment: number
  /** The access key id of the session that it was given last. */
  readonly sessionId?: string
}

export interface InstanceTable {
  add(instance: Instance): Promise<void>
  byId(id: string): Promise<Instance | undefined>
  /** By id. */
  list(account: string, page: PageRequest): Promise<Page<Instance>>
  count(account: string): Promise<number>
  /** Replaces the one with the same id. */
  update(instance: Instance): Promise<boolean>
  remove(id: string): Promise<boolean>
}
