import type { Access } from '#access'
import { modelOf, type ServiceModel } from '#models'
import type { HttpRequest, HttpResponse } from '#protocol'
import { Issuers, type Operation } from '#services'
import type { Store } from '#store'
import { Guesses } from './guess.ts'
import { type Log, silent } from './log.ts'
import { createMetrics, type Metrics } from './metric.ts'
import { Once } from './once.ts'
import type { OperatorHouse } from './operator.ts'
import { createReach } from './reach.ts'
import { Uses } from './use.ts'

/** All that answering needs. */
export interface House {
  readonly store: Store
  readonly access: Access
  /** By service and name: `iam:CreateUser`. */
  readonly operations: ReadonlyMap<string, Operation>
  /** The services of the operations, and of nothing else. */
  readonly services: readonly ServiceModel[]
  /** Milliseconds since 1970. */
  now(): number
  readonly log: Log
  readonly metrics: Metrics
  readonly uses: Uses
  /** Quotas that the operator set, by AWS's names. */
  readonly quotas: Readonly<Record<string, number>>
  /** The URL of an issuer of an account. Takes: its id. */
  issuerUrl(issuer: string): string
  /** Identity providers that accounts trust. */
  readonly issuers: Issuers
  /** Present: tokens of identity providers are taken once only. */
  readonly once?: Once
  /** What is never taken twice: assertions. */
  readonly onlyOnce: Once
  /** Wrong codes of second factors. */
  readonly guesses: Guesses
  /** The URL by which others reach this installation, without a slash at its end. */
  publicUrl(): string | undefined
  /** Absent: nothing is answered to operators. */
  readonly operator?: OperatorHouse
  /** Asked in this order, before AWS's services. */
  readonly fronts: readonly Front[]
}

/** Another interface at the same address. Gives: `undefined` for a request that is not for it. */
export interface Front {
  (request: HttpRequest): Promise<HttpResponse> | undefined
  /**
   * Whether a request may be for it, by its head: its body is empty, and its signature is not verified.
   * Absent: none is, where requests for other services pass through and the head does not name Cardea's own.
   */
  takes?(head: HttpRequest): boolean
}

/** How the installation takes the word of others. */
export interface Federation {
  /** URLs of issuers that may be reached at private addresses, and without TLS where they say so. */
  readonly localIssuers?: readonly string[]
  /** The URL by which others reach this installation, without a slash at its end. Absent: none does. */
  readonly publicUrl?: () => string
  /** Whether a token of an identity provider is taken once only. */
  readonly singleUse?: boolean
}

export interface HouseParts {
  readonly store: Store
  readonly access: Access
  readonly operations: ReadonlyMap<string, Operation>
  readonly now?: () => number
  readonly log?: Log
  readonly metrics?: Metrics
  readonly operator?: OperatorHouse
  readonly federation?: Federation
  readonly quotas?: Readonly<Record<string, number>>
  readonly fronts?: readonly Front[]
}

/** Puts together what answers requests. */
export function createHouse({ store, access, operations, operator, ...parts }: HouseParts): House {
  const names = new Set([...operations.values()].map(({ service }) => service))
  const { now = Date.now, log = silent, metrics = createMetrics(), quotas = {}, fronts = [] } = parts
  const services = [...names].map(modelOf)
  const uses = new Uses(store)
  const { localIssuers = [], singleUse = false, publicUrl } = parts.federation ?? {}
  return {
    store,
    access,
    operations,
    services,
    now,
    log,
    metrics,
    uses,
    quotas,
    issuerUrl: (id) =>
      publicUrl === undefined ? `https://${id}.tokens.sts.global.api.aws` : `${publicUrl()}/oidc/${id}`,
    issuers: new Issuers(createReach({ local: localIssuers }), localIssuers),
    ...(singleUse ? { once: new Once() } : {}),
    onlyOnce: new Once(),
    guesses: new Guesses(),
    publicUrl: () => publicUrl?.(),
    fronts,
    ...(operator === undefined ? {} : { operator }),
  }
}
