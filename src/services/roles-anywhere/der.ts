/** One element of DER: its tag and where its content lies. */
export interface Element {
  readonly tag: number
  readonly content: Uint8Array
}

/**
 * Reads the elements that follow one another in some bytes.
 * Gives: `undefined` for bytes that are no DER of tags of one byte and definite lengths, to the last byte.
 */
export function elementsIn(bytes: Uint8Array): readonly Element[] | undefined {
  const found: Element[] = []
  for (let at = 0; at < bytes.length; ) {
    const tag = bytes[at] ?? 0
    const length = lengthAt(bytes, at + 1)
    if ((tag & 0x1f) === 0x1f || length === undefined || length.end > bytes.length) return undefined
    found.push({ tag, content: bytes.subarray(length.start, length.end) })
    at = length.end
  }
  return found
}

/** The elements of a sequence that is all of the bytes. Gives: `undefined` for anything else. */
export function sequenceIn(bytes: Uint8Array): readonly Element[] | undefined {
  const [whole, ...more] = elementsIn(bytes) ?? []
  return whole?.tag === 0x30 && more.length === 0 ? elementsIn(whole.content) : undefined
}

function lengthAt(bytes: Uint8Array, at: number): { readonly start: number; readonly end: number } | undefined {
  const first = bytes[at]
  if (first === undefined) return undefined
  if (first < 0x80) return { start: at + 1, end: at + 1 + first }
  const count = first & 0x7f
  if (count === 0 || count > 4 || at + count >= bytes.length) return undefined
  let length = 0
  for (let index = 1; index <= count; index += 1) length = length * 256 + (bytes[at + index] ?? 0)
  return { start: at + 1 + count, end: at + 1 + count + length }
}
