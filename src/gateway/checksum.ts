import { createHash } from 'node:crypto'
import { crc32 } from 'node:zlib'

/** Counts over bytes as they pass. */
export interface Checksum {
  update(bytes: Uint8Array): void
  /** In base64, as S3's headers carry it. */
  digest(): string
}

const makers: Readonly<Record<string, () => Checksum>> = {
  'x-amz-checksum-crc32': () => crc(4, (bytes, before) => crc32(bytes, before)),
  'x-amz-checksum-crc32c': () => crc(4, crc32c),
  'x-amz-checksum-crc64nvme': crc64nvme,
  'x-amz-checksum-sha1': () => digesting('sha1'),
  'x-amz-checksum-sha256': () => digesting('sha256'),
}

/** Makes the checksum that a header or trailer of S3 carries. Gives: `undefined` for a name that is none. */
export function checksumFor(name: string): Checksum | undefined {
  return Object.hasOwn(makers, name) ? makers[name]?.() : undefined
}

function digesting(algorithm: string): Checksum {
  const hash = createHash(algorithm)
  return { update: (bytes) => void hash.update(bytes), digest: () => hash.digest('base64') }
}

function crc(size: number, step: (bytes: Uint8Array, before: number) => number): Checksum {
  let value = 0
  return {
    update(bytes) {
      value = step(bytes, value)
    },
    digest() {
      const bytes = Buffer.alloc(size)
      bytes.writeUInt32BE(value >>> 0)
      return bytes.toString('base64')
    },
  }
}

/** Eight tables of 256: eight bytes in one step. */
const slices = slicesOf(0x82f63b78)

function slicesOf(polynomial: number): readonly Uint32Array[] {
  const tables = Array.from({ length: 8 }, () => new Uint32Array(256))
  const [first = new Uint32Array(256)] = tables
  for (let byte = 0; byte < 256; byte += 1) {
    let value = byte
    for (let bit = 0; bit < 8; bit += 1) value = (value & 1) === 1 ? (value >>> 1) ^ polynomial : value >>> 1
    first[byte] = value >>> 0
  }
  for (let slice = 1; slice < 8; slice += 1)
    for (let byte = 0; byte < 256; byte += 1) {
      const before = tables[slice - 1]?.[byte] ?? 0
      const table = tables[slice]
      if (table !== undefined) table[byte] = ((before >>> 8) ^ (first[before & 0xff] ?? 0)) >>> 0
    }
  return tables
}

const [t0, t1, t2, t3, t4, t5, t6, t7] = slices as readonly [
  ...[Uint32Array, Uint32Array, Uint32Array, Uint32Array],
  ...[Uint32Array, Uint32Array, Uint32Array, Uint32Array],
]

/** CRC-32C. Source: RFC 3720, section 12.1. Takes: what came of the bytes before. */
export function crc32c(bytes: Uint8Array, before: number): number {
  let value = ~before
  let at = 0
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  for (; at + 8 <= bytes.length; at += 8) {
    const low = view.getUint32(at, true) ^ value
    const high = view.getUint32(at + 4, true)
    value =
      at32(t7, low) ^
      at32(t6, low >>> 8) ^
      at32(t5, low >>> 16) ^
      at32(t4, low >>> 24) ^
      at32(t3, high) ^
      at32(t2, high >>> 8) ^
      at32(t1, high >>> 16) ^
      at32(t0, high >>> 24)
  }
  for (; at < bytes.length; at += 1) value = (value >>> 8) ^ at32(t0, value ^ (bytes[at] ?? 0))
  return ~value >>> 0
}

function at32(table: Uint32Array, index: number): number {
  return table[index & 0xff] ?? 0
}

/** High and low halves of the table of CRC-64/NVME. Source: NVM Express, "NVM Command Set Specification", section 5.2.1.3.4. */
const [highs, lows] = halves(0x9a6c9329n, 0xac4bc9b5n)

function halves(high: bigint, low: bigint): readonly [Uint32Array, Uint32Array] {
  const polynomial = (high << 32n) | low
  const table = [new Uint32Array(256), new Uint32Array(256)] as const
  for (let byte = 0; byte < 256; byte += 1) {
    let value = BigInt(byte)
    for (let bit = 0; bit < 8; bit += 1) value = (value & 1n) === 1n ? (value >> 1n) ^ polynomial : value >> 1n
    table[0][byte] = Number(value >> 32n)
    table[1][byte] = Number(value & 0xffffffffn)
  }
  return table
}

function crc64nvme(): Checksum {
  let high = 0xffffffff
  let low = 0xffffffff
  return {
    update(bytes) {
      for (let at = 0; at < bytes.length; at += 1) {
        const index = (low ^ (bytes[at] ?? 0)) & 0xff
        low = ((low >>> 8) | (high << 24)) ^ at32(lows, index)
        high = (high >>> 8) ^ at32(highs, index)
      }
    },
    digest() {
      const bytes = Buffer.alloc(8)
      bytes.writeUInt32BE(~high >>> 0)
      bytes.writeUInt32BE(~low >>> 0, 4)
      return bytes.toString('base64')
    },
  }
}
