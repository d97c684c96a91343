import type { Access } from '#access'
import { modelOf, type ServiceModel } from '#models'
import type { Operation } from '#services'
import type { Store } from '#store'
import { type Log, silent } from './log.ts'
import { createMetrics, type Metrics } from './metric.ts'
import type { OperatorHouse } from './operator.ts'
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
  /** Absent: nothing is answered to operators. */
  readonly operator?: OperatorHouse
}

export interface HouseParts {
  readonly store: Store
  readonly access: Access
  readonly operations: ReadonlyMap<string, Operation>
  readonly now?: () => number
  readonly log?: Log
  readonly metrics?: Metrics
  readonly operator?: OperatorHouse
}

/** Puts together what answers requests. */
export function createHouse({ store, access, operations, operator, ...parts }: HouseParts): House {
  const names = new Set([...operations.values()].map(({ service }) => service))
  const { now = Date.now, log = silent, metrics = createMetrics() } = parts
  const services = [...names].map(modelOf)
  const uses = new Uses(store)
  return {
    store,
    access,
    operations,
    services,
    now,
    log,
    metrics,
    uses,
    ...(operator === undefined ? {} : { operator }),
  }
}
