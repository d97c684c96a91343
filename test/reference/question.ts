/** A question as its format writes it: who, what, on which resource, in which context, under which policies. */
export interface Question {
  readonly id?: string
  readonly request: {
    readonly principal: Principal
    readonly action: string
    readonly resource: string
    readonly resourceAccount: string
    readonly context: Context
    readonly organization?: { readonly managementAccount: string }
  }
  readonly policies: Policies
}

/** A policy is an object or JSON text. */
export interface Policies {
  readonly identity?: readonly unknown[]
  readonly resource?: unknown
  readonly scp?: readonly (readonly unknown[])[]
  readonly rcp?: readonly (readonly unknown[])[]
  readonly permissionsBoundary?: unknown
  readonly session?: readonly unknown[]
  readonly vpcEndpoint?: unknown
}

export type Context = Readonly<Record<string, string | readonly string[]>>

export interface Principal {
  readonly type: 'user' | 'assumedRole' | 'federatedUser' | 'root' | 'service' | 'webIdentity' | 'saml' | 'anonymous'
  readonly arn?: string
  readonly account?: string
  readonly roleArn?: string
  readonly userArn?: string
  readonly uniqueId?: string
  readonly service?: string
  readonly provider?: string
}

/** The value of a key, whose name ignores case (C-6). */
export function lookUp(context: Context, key: string): string | readonly string[] | undefined {
  for (const [name, value] of Object.entries(context)) if (name.toLowerCase() === key.toLowerCase()) return value
  return undefined
}
