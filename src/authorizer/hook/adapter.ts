import type { Fault, HttpRequest, HttpResponse } from '#protocol'
import type { Fields } from '../input.ts'
import type { Forwarded } from '../proof.ts'

/** A place at which somebody else's server asks whether it may go on. */
export interface Hook {
  /** Its path is `/v1/hook/NAME`. */
  readonly name: string
  readonly kind: HookKind
  /** Whose services and principals are meant. */
  readonly account: string
  readonly region: string
  /** The registered service whose routes say what a request wants; absent where the form itself says it. */
  readonly service?: string
  /** SHA-256 of the token that whoever asks must show. Absent: none is needed. */
  readonly tokenHash?: Buffer
  /** Whether only this machine may ask. */
  readonly loopback: boolean
  /** Whether whoever asks must have a certificate of the authority that the port knows. */
  readonly mutualTls: boolean
}

export const hookKinds = ['nginx', 'traefik', 'envoy', 'envoy-grpc', 'minio', 'ceph'] as const
export type HookKind = (typeof hookKinds)[number]

/** What is asked at a hook. */
export type HookQuestion = SentQuestion | NamedQuestion | DescribedQuestion

/** A request that somebody's client sent, whose signature says who it is. */
export interface SentQuestion {
  readonly kind: 'sent'
  readonly forwarded: Forwarded
}

/** Somebody whom the server that asks has found out itself. */
export interface NamedQuestion {
  readonly kind: 'named'
  /** The name of a user, or the id of an access key; empty: nobody. */
  readonly user: string
  readonly wants: readonly Want[]
  readonly request: HttpRequest
}

/** The same, where what it wants is to be read from a request to S3. */
export interface DescribedQuestion {
  readonly kind: 'described'
  readonly user: string
  /** As the client sent it, as far as that is told. */
  readonly request: HttpRequest
  /** What the request is about, as the server understood it. */
  readonly bucket: string
  readonly object: string
}

export interface Want {
  readonly action: string
  readonly resource: string
  readonly context: Fields
}

/** What came of it. */
export interface HookAnswer {
  /** Absent: allowed. */
  readonly refusal?: Fault
  readonly decisionId: string
  /** ARN, where it is known who asks. */
  readonly principal?: string
  readonly action?: string
  readonly resource?: string
  /** The body must have this hash, where it was not at hand. */
  readonly bodySha256?: string
}

/** How one kind of server asks and is answered. */
export interface Adapter {
  /** What whoever asks shows as its token. */
  token(request: HttpRequest): string | undefined
  /**
   * Reads what is asked.
   * Takes: the path after the hook's own. Errors: `ValidationError`.
   */
  question(request: HttpRequest, rest: string): HookQuestion
  answer(answer: HookAnswer): HttpResponse
}

/** The header with which a server shows its token, where its own form has no place for one. */
export const tokenHeader = 'x-cardea-hook-token'
