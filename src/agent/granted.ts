/** Temporary credentials of a workload. */
export interface Credentials {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken: string
  /** Milliseconds since 1970, by the server's clock. */
  readonly expiresAt: number
}

/** What a server gave to an agent, and of whom. */
export interface Granted {
  readonly credentials: Credentials
  /** Milliseconds since 1970, by the clock of this machine: when it was given, and from when it is good no more. */
  readonly givenAt: number
  readonly goodUntil: number
  readonly role: { readonly name: string; readonly arn: string }
  /** Absent: the agent did not prove itself as an instance. */
  readonly instance?: GrantedInstance
}

/** An instance, as the server tells it to its agent. */
export interface GrantedInstance {
  readonly id: string
  readonly account: string
  readonly region: string
  readonly profile: { readonly arn: string; readonly id: string }
  readonly tags: readonly { readonly key: string; readonly value: string }[]
  /** A document that says which instance this is, and the server's signature of it in base64, alone and in PKCS #7. */
  readonly identity: { readonly document: string; readonly signature: string; readonly pkcs7: string }
}

/**
 * Notes when something was given, and until when it may be used whatever the clocks say: as long as it lasts by the server's
 * clock, and never after its end by that of this machine.
 */
export function granted(
  given: Omit<Granted, 'givenAt' | 'goodUntil'>,
  { now, serverNow }: { readonly now: number; readonly serverNow: number },
): Granted {
  const { expiresAt } = given.credentials
  return { ...given, givenAt: now, goodUntil: Math.min(expiresAt, now + (expiresAt - serverNow)) }
}
