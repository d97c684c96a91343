import type { House } from '#server'
import type { Keeper } from './keeper.ts'
import type { Upstreams } from './upstream.ts'

/** How the gateway is set up. */
export interface GatewaySettings {
  /** Where every service goes that has none of its own. */
  readonly upstream?: string
  /** Where services go, by name. */
  readonly services: ReadonlyMap<string, string>
  /** What the upstreams know the gateway by. Absent: requests go on unsigned. */
  readonly credentials?: UpstreamCredentials
  /** Operations that pass although nobody can describe them: `s3:SelectObjectContent`. */
  readonly passThrough: ReadonlySet<string>
  /** Decides and records, and refuses nothing. */
  readonly reportOnly: boolean
  /** Whose resources the upstreams' are. */
  readonly account: string
  /** Names under which buckets are hosts. */
  readonly domains: readonly string[]
  /** The regions that the upstreams keep apart; the first is that of requests without a signature. */
  readonly regions: readonly string[]
  /** Milliseconds that an upstream may think, and for which nothing may flow. */
  readonly timeout: number
  /** The most bytes of a body that is read whole. */
  readonly maxBody: number
}

export interface UpstreamCredentials {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken?: string
}

/** All that passing needs. */
export interface GatewayHouse {
  readonly house: House
  readonly settings: GatewaySettings
  readonly upstreams: Upstreams
  readonly keeper: Keeper
  /** What new requests wait for while more is recorded than can be written. */
  readonly backlog: { wait: Promise<void> | undefined }
}
