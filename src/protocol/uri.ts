const percent = 0x25
const plus = 0x2b

/** The spelling of each byte in a canonical URI: itself when unreserved, `%XX` otherwise. */
const spellings: readonly string[] = Array.from({ length: 256 }, (_, byte) => {
  const char = String.fromCharCode(byte)
  return /[A-Za-z0-9\-._~]/.test(char) ? char : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`
})

const unreserved = Uint8Array.from(spellings, (spelling) => (spelling.length === 1 ? 1 : 0))

/** Percent-encodes all but the unreserved characters, as UTF-8. Takes: the characters of `kept` stay as they are. */
export function encodeUri(text: string, kept = ''): string {
  if (isUnreserved(text)) return text
  let encoded = ''
  for (const byte of Buffer.from(text)) encoded += keep(byte, kept)
  return encoded
}

/**
 * Spells a percent-encoded text in the one canonical way: `%7e` becomes `~`, `*` becomes `%2A`.
 *
 * Takes: `space`: whether `+` means a space, as in a query string; a `%` without two digits stands for itself.
 */
export function respellUri(text: string, { space = false, kept = '' } = {}): string {
  if (isUnreserved(text)) return text
  const bytes = Buffer.from(text)
  let spelled = ''
  for (let index = 0; index < bytes.length; index += 1) {
    const byte = bytes[index] ?? 0
    const decoded = byte === percent ? hexAt(bytes, index + 1) : -1
    if (decoded >= 0) {
      spelled += spellings[decoded]
      index += 2
    } else spelled += byte === plus && space ? '%20' : keep(byte, kept)
  }
  return spelled
}

/** Takes off the percent-encoding of a part of a query. Gives: `undefined` where it is malformed or the bytes are not UTF-8. */
export function decodeUri(text: string): string | undefined {
  try {
    return decodeURIComponent(text.replaceAll('+', '%20'))
  } catch {
    return undefined
  }
}

/** Resolves the segments `.` and `..` and drops empty ones; a slash at the end stays. */
export function normalizePath(path: string): string {
  const segments: string[] = []
  for (const segment of path.split('/')) {
    if (segment === '..') segments.pop()
    else if (segment !== '' && segment !== '.') segments.push(segment)
  }
  const closing = segments.length > 0 && path.endsWith('/') ? '/' : ''
  return `/${segments.join('/')}${closing}`
}

function keep(byte: number, kept: string): string {
  const char = String.fromCharCode(byte)
  return byte < 0x80 && kept.includes(char) ? char : (spellings[byte] ?? '')
}

function isUnreserved(text: string): boolean {
  for (let index = 0; index < text.length; index += 1) if (unreserved[text.charCodeAt(index)] !== 1) return false
  return true
}

function hexAt(bytes: Uint8Array, at: number): number {
  const high = digitOf(bytes[at])
  const low = digitOf(bytes[at + 1])
  return high < 0 || low < 0 ? -1 : high * 16 + low
}

function digitOf(byte: number | undefined): number {
  if (byte === undefined) return -1
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30
  const lower = byte | 0x20
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1
}
