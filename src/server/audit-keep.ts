import type { House } from './house.ts'

/** How long the audit trail is kept. */
export interface AuditKeeping {
  /** 0: for ever. */
  readonly days: number
  /** Mebibytes of records; 0: any. */
  readonly size: number
}

const day = 86_400_000
const mebibyte = 1_048_576
/** Milliseconds between two looks at whether an hour is over. */
const look = 60_000

/**
 * Signs a digest of each hour that is over, and takes out what is not kept any longer.
 * Gives: what ends it, and waits for what is under way.
 */
export function keepAudit(
  { store, now, log }: Pick<House, 'store' | 'now' | 'log'>,
  keeping: AuditKeeping,
): () => Promise<void> {
  const { days, size } = keeping
  let begun = false
  const once = async () => {
    const digest = await store.trail.digest(now())
    if (digest === undefined && begun) return
    begun = true
    const age = days === 0 ? {} : { age: days * day }
    const bytes = size === 0 ? {} : { size: size * mebibyte }
    const pruned = await store.trail.prune({ now: now(), ...age, ...bytes })
    if (digest === undefined && pruned === 0) return
    log.info({ digest: digest?.number, lastRecord: digest?.lastSeq, pruned }, 'the audit trail was digested')
  }
  let running: Promise<void> | undefined
  const again = () => {
    running ??= once()
      .catch((err: unknown) => log.error({ err }, 'the audit trail was not digested'))
      .finally(() => {
        running = undefined
      })
  }
  again()
  const timer = setInterval(again, look).unref()
  return async () => {
    clearInterval(timer)
    await running
  }
}
