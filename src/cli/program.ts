import type { Settings } from './setting.ts'

/** What the command line needs of the house. `main.ts` provides it. */
export interface Program {
  readonly version: string
  /** The Node that runs it, and the dates of the data it carries. */
  facts(): Promise<Facts>
  /**
   * Looks at the settings of a server before anything is made.
   * Errors: `Stop` for a quota that there is not, and for a certificate or key that cannot be used.
   */
  check(settings: Settings): Promise<void>
  /**
   * Opens the store of an installation, making it when it is not there.
   * Errors: `Stop` in words for the operator.
   */
  open(place: Place): Promise<Installation>
  /** Starts an agent. Errors: `Stop` when it cannot prove itself, or an address cannot be had. */
  agent(asked: AgentAsked): Promise<Agenting>
  /** Gives: what `credential_process` prints. Errors: `Stop`. */
  processCredentials(asked: AgentAsked): Promise<object>
}

/** What an agent is to be. Secrets are in files. */
export interface AgentAsked {
  readonly server?: string
  readonly ca?: string
  readonly region?: string
  readonly state: string
  readonly joinTokenFile?: string
  readonly proof?: AgentProof
  readonly host: string
  readonly imdsPort: number
  readonly containerPort: number
  readonly version1: boolean
  readonly names: readonly string[]
  readonly podRoles?: ReadonlyMap<string, string>
}

/** How an agent proves itself, where it is no instance. */
export type AgentProof =
  | { readonly kind: 'token'; readonly file: string; readonly role: string; readonly seconds?: number }
  | {
      readonly kind: 'certificate'
      readonly certificate: string
      readonly privateKey: string
      readonly trustAnchor: string
      readonly profile: string
      readonly role: string
      readonly seconds?: number
    }

/** An agent that answers, and where. */
export interface Agenting {
  readonly imds: string
  readonly container: string
  readonly tokenFile: string
  readonly role?: string
  readonly instance?: string
  stop(): Promise<void>
}

export interface Facts {
  readonly node: string
  /** Date of the catalogue of AWS managed policies, `YYYY-MM-DD`, and how many it has. */
  readonly managedPolicies: { readonly date: string; readonly count: number }
  readonly operations: number
}

export interface Place {
  /** `undefined`: in memory. */
  readonly folder: string | undefined
  /** 32 bytes, from the environment. */
  readonly masterKey: Uint8Array | undefined
  /** Milliseconds after which what waits is on the disk at the latest. */
  readonly auditWindow: number
}

export interface Installation {
  /** Oldest first. */
  accounts(): Promise<readonly AccountSummary[]>
  /** Errors: `Stop` when the id is taken. */
  createAccount(asked: NewAccount): Promise<CreatedAccount>
  /**
   * Does what a running server does for its operator under that name.
   * Errors: `Stop` when it is refused.
   */
  perform(name: string, asked: object): Promise<unknown>
  /** Errors: `Stop` when the address cannot be had, and those of `check`. */
  serve(settings: Settings, operatorKey: string): Promise<Serving>
  close(): Promise<void>
}

export interface AccountSummary {
  readonly id: string
  readonly name: string
  readonly email: string
  readonly alias?: string
  /** ISO 8601. */
  readonly createdAt: string
}

export interface NewAccount {
  readonly id: string | undefined
  readonly name: string
  readonly email: string
  readonly rootKey: boolean
}

export interface KeyPair {
  readonly accessKeyId: string
  readonly secretAccessKey: string
}

export interface CreatedAccount {
  readonly accountId: string
  readonly rootKey?: KeyPair
  readonly administrator: KeyPair & { readonly userName: string }
}

/** What becomes of the requests to a service behind the gateway. */
export interface Covered {
  readonly service: string
  readonly upstream: string
  /** Names of operations. */
  readonly enforced: readonly string[]
  /** With the reason. */
  readonly refused: Readonly<Record<string, string>>
  readonly passes: readonly string[]
}

export interface Serving {
  /** `http://127.0.0.1:2273` */
  readonly url: string
  /** What stands before other services enforces, refuses and lets pass. */
  readonly covered?: readonly Covered[]
  /** Answers what is under way, then ends. */
  stop(): Promise<void>
}
