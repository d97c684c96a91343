import type { Context } from '#engine'
import type { HttpRequest } from '#protocol'

/** Which service and operation the upstream would route a request to, by the request's head. */
export interface Target {
  /** As the gateway names it: `s3`. */
  readonly service: string
  /** `PutObject`; absent while it stands in a body that was not read. */
  readonly operation?: string
  readonly protocol: 'query' | 'json' | 'rest-json' | 'rest-xml' | 'ec2'
  /** Whether the body must be read to say what the call touches. */
  readonly needsBody: boolean
  /** The service name of a credential scope; another one in the signature is to be refused. */
  readonly signing: string
}

/** A target whose operation is known. */
export interface NamedTarget extends Target {
  readonly operation: string
}

/** How the gateway's upstreams are told apart. */
export interface Routing {
  /** The services that have an upstream; empty: every known one. */
  readonly services: readonly string[]
  /** Names under which buckets are hosts, without port: `s3.localhost` for `photos.s3.localhost`. */
  readonly bucketDomains: readonly string[]
  /** The service of the credential scope: it chooses between candidates, and never makes one. */
  readonly scope?: string
}

/** A request whose operation is to be described. */
export interface Arrived {
  /** Its body is empty when it is streamed. */
  readonly request: HttpRequest
  /** Whose resources the ARNs name where the request does not say. */
  readonly account: string
  readonly region: string
  readonly partition: 'aws'
  /** The request as it came, where `request` no longer has its signature; absent: what is not there of it is unknown. */
  readonly head?: HttpRequest
  /** Of whoever calls; absent: unknown. */
  readonly callerAccount?: string
  /** As for `identifyTarget`. */
  readonly bucketDomains?: readonly string[]
  /** When it arrived, in milliseconds since 1970; without it the age of its signature is unknown. */
  readonly at?: number
}

/** What the upstream will do with a request. */
export interface Described {
  readonly service: string
  readonly operation: string
  /** All of them must be granted; at least one. */
  readonly needs: readonly Need[]
  readonly readOnly: boolean
  /** As CloudTrail names it: `s3.amazonaws.com`. */
  readonly eventSource: string
}

/** One permission that a call needs. */
export interface Need {
  /** `s3:GetObject` */
  readonly action: string
  /** An ARN or `*`. */
  readonly resource: string
  readonly context: Context
  /** Keys that this call has, or may have, and whose values the request alone does not tell. */
  readonly unknown?: readonly Unknown[]
  /** What must be looked up before the need can be decided; `settle` does it. */
  readonly late?: Late
}

/** A need that depends on what only the upstream knows. */
export interface Late {
  /** Finds the resource of the need. Gives: `undefined` where it cannot be told. */
  resource?(lookups: Lookups): Promise<string | undefined>
  /** Whether the call needs this at all. Gives: `undefined` where it cannot be told: then it does. */
  applies?(lookups: Lookups): Promise<boolean | undefined>
}

/**
 * A condition key of a call whose value must be looked up.
 *
 * INVARIANT: whoever decides must find the value, or refuse the call, when a policy that bears on it names the key. To leave
 *   the key out would be open: `ForAllValues` holds of a key that is absent, and a `Deny` on its value would not hold.
 */
export interface Unknown {
  /** `dynamodb:LeadingKeys`; with a slash or a colon at its end, every key that starts so: `s3:ExistingObjectTag/`. */
  readonly key: string
  /** Gives: the keys with their values, none where there is nothing; `undefined` where it cannot be told. */
  find(lookups: Lookups): Promise<Context | undefined>
}

/** What the gateway can ask its upstreams. */
export interface Lookups {
  /** The name of the partition key of a table or an index. Takes: its ARN. */
  partitionKey?(arn: string): Promise<string | undefined>
  /** The tags of an object; empty where there is no object. */
  objectTags?(object: ObjectName): Promise<Readonly<Record<string, string>> | undefined>
  /** The ARN of the key that an alias stands for. Takes: the alias's ARN. */
  keyOfAlias?(arn: string): Promise<string | undefined>
  /** The ARN of the key that a ciphertext was made with. */
  keyOfCiphertext?(sealed: Ciphertext): Promise<string | undefined>
  /** The ARN of a secret by its name; `null` where there is no secret of that name. */
  secretArn?(name: string): Promise<string | null | undefined>
  /** The ARN of the role in an instance profile. Takes: the profile's ARN. */
  roleOfProfile?(arn: string): Promise<string | undefined>
  /** The tags of any other resource; empty where it has none. Takes: its ARN. */
  resourceTags?(arn: string): Promise<Readonly<Record<string, string>> | undefined>
}

/** A ciphertext of KMS as a request has it. */
export interface Ciphertext {
  /** In base64. */
  readonly blob: string
  readonly encryptionContext: Readonly<Record<string, string>>
}

export interface ObjectName {
  readonly bucket: string
  readonly key: string
  readonly versionId?: string
}
