/** A UUID of version 4. Takes: 16 random bytes. */
export function uuidOf(bytes: Uint8Array): string {
  const own = Uint8Array.from(bytes)
  own[6] = ((own[6] ?? 0) & 0x0f) | 0x40
  own[8] = ((own[8] ?? 0) & 0x3f) | 0x80
  const hex = Buffer.from(own).toString('hex')
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join('-')
}
