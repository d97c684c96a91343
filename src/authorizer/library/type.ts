/** How a service decides by itself. The types of this file are all that its users see. */
export interface AuthorizerOptions {
  /** Where Cardea answers: `https://cardea.example.com`. For an authority of your own set `NODE_EXTRA_CA_CERTS`. */
  readonly url: string
  /** Of somebody with `cardea:GetSnapshot`, and `cardea:GetSigningKeys` on each service; or what gives them for each call. */
  readonly credentials: Credentials | (() => Credentials | Promise<Credentials>)
  /** Prefixes of registered services of the account. */
  readonly services: readonly string[]
  /** Regions that clients sign for. Default: `us-east-1`. */
  readonly regions?: readonly string[]
  /** The public key that signs snapshots, base64url. Absent: the first one that is seen is kept. */
  readonly publicKey?: string
  /** A file in which the first public key that is seen is kept, for later runs. */
  readonly pinFile?: string
  /** How long a snapshot is used that nobody confirms any more; then everything is refused. Default: 60. */
  readonly staleSeconds?: number
  /** Told what the operator should know; never a secret. */
  readonly log?: (message: string, cause?: unknown) => void
}

export interface Credentials {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken?: string
}

/** Decides locally on a replicated account. */
export interface LocalAuthorizer {
  /** The version of the account that is decided by. */
  readonly version: string
  /** Whether the snapshot is too old to decide by. */
  readonly stale: boolean
  /**
   * Verifies the signature of a request, and decides what it wants by the routes of a service.
   * Nothing is asked of Cardea for that, but who a session is that was not seen since the account changed.
   */
  check(request: ClientRequest, service: string): Promise<LocalAnswer>
  /** Verifies the signature of a request. Throws an error with the `code`, `status` and `message` to answer with. */
  authenticate(request: ClientRequest, service: string): Promise<LocalCaller>
  /** Decides one thing for somebody who was authenticated, or for a user of the account by its ARN. */
  decide(question: LocalQuestion): LocalAnswer
  /** Resolves when a snapshot with another version than this is there. */
  changed(version: string): Promise<void>
  stop(): void
}

/** A request as the service received it. */
export interface ClientRequest {
  readonly method: string
  /** The path and the query, as they were sent. */
  readonly url: string
  /** As Node gives them. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>
  /** Absent: the answer says which hash it must have. */
  readonly body?: Uint8Array | string
  /** The client's address. */
  readonly sourceIp?: string
  /** Whether the client's connection is TLS. */
  readonly secure?: boolean
}

/** Somebody whose signature was verified. */
export interface LocalCaller {
  readonly arn: string
  readonly account: string
  /** The body of the request must have this hash, where it was not at hand. */
  readonly bodySha256?: string
}

export interface LocalQuestion {
  /** Whom `authenticate` gave, or the ARN of a user or of the root of the account. */
  readonly principal: LocalCaller | string
  /** `acme:GetPhoto` */
  readonly action: string
  /** An ARN, or `*`. */
  readonly resource: string
  /** Condition keys of the service; `aws:RequestTag/…`, `aws:TagKeys` and `aws:ResourceTag/…`. */
  readonly context?: Readonly<Record<string, string | number | boolean | readonly string[]>>
}

export interface LocalAnswer {
  readonly allowed: boolean
  readonly decision: 'allowed' | 'explicitDeny' | 'implicitDeny' | 'refused'
  /** ARN, where it is known who asks. */
  readonly principal?: string
  readonly action?: string
  readonly resource?: string
  readonly bodySha256?: string
  /** What the service is to answer its client with. */
  readonly error?: { readonly code: string; readonly status: number; readonly message: string }
}
