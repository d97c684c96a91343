import { getHeapStatistics, setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import type { Prepared } from './peer.ts'

/** Nanoseconds for one decision; the clock's own cost is taken away. */
export interface Timing {
  readonly median: number
  readonly p99: number
  readonly decisions: number
}

/** Decisions of slow engines that are timed, however long they take. */
const fewest = 5

interface Limits {
  /** Decisions that are timed, at most. */
  readonly most: number
  /** Milliseconds for warming up, and again for timing. */
  readonly milliseconds: number
}

/** Times every decision by itself, going through the order again and again. */
export async function timed({ ask }: Prepared, order: readonly number[], limits: Limits): Promise<Timing> {
  const pending = ask(order[0] ?? 0)
  if (pending instanceof Promise) await pending
  const { samples, count } = pending instanceof Promise ? await late(ask, order, limits) : soon(ask, order, limits)
  const sorted = samples.subarray(0, count).sort()
  const clock = clockCost()
  const at = (share: number) => Math.max(0, (sorted[Math.floor(share * (count - 1))] ?? Number.NaN) * 1e6 - clock)
  return { median: at(0.5), p99: at(0.99), decisions: count }
}

function soon(ask: Prepared['ask'], order: readonly number[], { most, milliseconds }: Limits) {
  const samples = new Float64Array(most)
  let count = 0
  for (const round of ['warm', 'timed']) {
    count = 0
    const end = performance.now() + milliseconds
    for (let now = performance.now(); (now < end || count < fewest) && (round === 'warm' || count < most); ) {
      ask(order[count % order.length] ?? 0)
      const after = performance.now()
      samples[count % most] = after - now
      count++
      now = performance.now()
    }
  }
  return { samples, count: Math.min(count, most) }
}

async function late(ask: Prepared['ask'], order: readonly number[], { most, milliseconds }: Limits) {
  const samples = new Float64Array(most)
  let count = 0
  for (const round of ['warm', 'timed']) {
    count = 0
    const end = performance.now() + milliseconds
    for (let now = performance.now(); (now < end || count < fewest) && (round === 'warm' || count < most); ) {
      await ask(order[count % order.length] ?? 0)
      samples[count % most] = performance.now() - now
      count++
      now = performance.now()
    }
  }
  return { samples, count: Math.min(count, most) }
}

/** What two readings of the clock with nothing between them are apart, in nanoseconds. */
function clockCost(): number {
  const samples = new Float64Array(20_000)
  for (let index = 0; index < samples.length; index++) {
    const before = performance.now()
    samples[index] = performance.now() - before
  }
  return (samples.sort()[10_000] ?? 0) * 1e6
}

/** Bytes that one run allocates, from the counter of all bytes ever allocated: whether they were collected is nothing. */
export function allocatedBy(run: (index: number) => unknown, runs: number): number {
  for (let index = 0; index < runs; index++) run(index)
  const empty = allocatedDuring(() => {})
  return (allocatedDuring(() => repeat(run, runs)) - empty) / runs
}

function repeat(run: (index: number) => unknown, runs: number): void {
  for (let index = 0; index < runs; index++) run(index)
}

function allocatedDuring(work: () => void): number {
  const before = allocatedBytes()
  work()
  return allocatedBytes() - before
}

function allocatedBytes(): number {
  const statistics: object = getHeapStatistics()
  if (!('total_allocated_bytes' in statistics)) throw new Error('this Node does not count allocated bytes')
  return Number(statistics.total_allocated_bytes)
}

/** Bytes that what is made keeps in memory. */
export function retainedBy(make: () => unknown): number {
  setFlagsFromString('--expose-gc')
  const collect: unknown = runInNewContext('gc')
  const settle = () => {
    for (let round = 0; round < 4; round++) if (typeof collect === 'function') collect()
    return getHeapStatistics().used_heap_size
  }
  const before = settle()
  const kept = [make()]
  const after = settle()
  return kept.length === 1 ? after - before : Number.NaN
}
