import type { Access, AccountCaller, Ruling } from '#access'
import type { HttpRequest } from '#protocol'
import type { Store } from '#store'
import type { Input } from './input.ts'

/** What is known of a request so far; the record reads it. */
export interface Entry {
  readonly request: HttpRequest
  readonly requestId: string
  /** Milliseconds since 1970. */
  readonly at: number
  operation?: InstanceOperation
  /** Who signed. */
  caller?: AccountCaller
  /** What was decided on the way. */
  readonly rulings: Ruling[]
  account?: string
  /** ARN, or the name of the service that acts. */
  principal?: string
  accessKeyId?: string
  region?: string
  resource?: string
  /** The parameters, secrets left out. */
  told?: Readonly<Record<string, unknown>>
  /** What was answered, secrets left out. */
  given?: Readonly<Record<string, unknown>>
}

/** A request that is understood. */
export interface Asked {
  readonly entry: Entry
  readonly input: Input
  readonly store: Store
  readonly access: Access
}

/** Something that may be asked about instances. */
export interface InstanceOperation {
  /** As the audit trail says it. */
  readonly event: string
  readonly source: string
  readonly readOnly: boolean
  /** Whether it is asked so often that only refusals are logged, and nothing is kept. */
  readonly quiet?: boolean
  run(asked: Asked): Promise<object>
}

/** The ARN of an instance, as EC2 writes it. */
export function instanceArn({ account, region, id }: { account: string; region: string; id: string }): string {
  return `arn:aws:ec2:${region}:${account}:instance/${id}`
}
