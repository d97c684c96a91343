import type { Workload } from './workload.ts'

/** A workload in an engine's own language, ready to be asked. */
export interface Prepared {
  /** Takes: the number of the request. Gives: whether it is allowed. */
  readonly ask: (index: number) => boolean | Promise<boolean>
}

/** An engine that is measured. */
export interface Peer {
  readonly name: string
  readonly prepare: (workload: Workload) => Prepared | Promise<Prepared>
}
