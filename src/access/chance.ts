import { randomFillSync } from 'node:crypto'

const pool = Buffer.alloc(4096)
let used = pool.length

/** Random bytes from the system, asked for many at once. No byte is given out twice, and none that was is kept. */
export function randomBytesOf(count: number): Uint8Array {
  if (count > pool.length / 8) return randomFillSync(new Uint8Array(count))
  if (used + count > pool.length) {
    randomFillSync(pool)
    used = 0
  }
  const bytes = Uint8Array.prototype.slice.call(pool, used, used + count)
  pool.fill(0, used, used + count)
  used += count
  return bytes
}
