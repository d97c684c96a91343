import { type Dispatcher, Pool } from 'undici'
import { Fault } from '#protocol'
import type { GatewaySettings } from './house.ts'
import { guardKeys } from './unrecognized.ts'

/** A service's real address. */
export interface Upstream {
  readonly pool: Dispatcher
  /** As its `Host` header wants it. */
  readonly host: string
  /** Requests that are under way. */
  load: number
}

/** Connections to one upstream at most; requests that wait for one at most. */
const mostConnections = 512
const mostWaiting = 4096

/** Knows where services are, and keeps connections to them. */
export class Upstreams {
  readonly #settings: GatewaySettings
  readonly #known = new Map<string, Upstream>()

  constructor(settings: GatewaySettings) {
    this.#settings = settings
  }

  /** The services that have an address; empty: all of them have the same. */
  get services(): readonly string[] {
    return this.#settings.upstream === undefined ? [...this.#settings.services.keys()] : []
  }

  /** Errors: `ServiceUnavailable` (503) for a service without an address, and when too many requests wait for it. */
  of(service: string): Upstream {
    const url = this.#settings.services.get(service) ?? this.#settings.upstream
    if (url === undefined) throw unavailable(`There is no upstream for ${service}.`)
    const known = this.#known.get(url) ?? this.#open(url)
    if (known.load >= mostConnections + mostWaiting) throw unavailable('Please reduce your request rate.')
    return known
  }

  /** Ends all connections. */
  async close(): Promise<void> {
    await Promise.all([...this.#known.values()].map(({ pool }) => pool.destroy()))
  }

  #open(url: string): Upstream {
    const { timeout, credentials } = this.#settings
    const { origin, host } = new URL(url)
    const connections = new Pool(origin, {
      connections: mostConnections,
      pipelining: 1,
      connectTimeout: Math.min(timeout, 5000),
      headersTimeout: timeout,
      bodyTimeout: timeout,
      maxHeaderSize: 65_536,
      allowH2: false,
    })
    const pool = credentials === undefined ? connections : connections.compose(guardKeys(credentials))
    const opened = { pool, host, load: 0 }
    this.#known.set(url, opened)
    return opened
  }
}

function unavailable(message: string): Fault {
  return new Fault({ code: 'ServiceUnavailable', status: 503, message })
}
