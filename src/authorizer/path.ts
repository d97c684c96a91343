import { invalid } from './input.ts'

const utf8 = new TextDecoder('utf-8', { fatal: true })

/**
 * The segments of a path, decoded once.
 * Errors: `ValidationError` for whatever servers understand in different ways: dot segments, encoded slashes, backslashes,
 *   parameters after a semicolon, empty segments, doubled encodings, control characters, and what is no UTF-8.
 */
export function segmentsOf(path: string): readonly string[] {
  if (!path.startsWith('/')) throw invalid('The path does not begin with a slash.')
  if (path.length > longestPath) throw invalid('The path is too long.')
  if (/[^!-~]|[\\#?;]/.test(path)) throw invalid('The path has a character that must be encoded.')
  if (path === '/') return []
  return path.slice(1).split('/').map(segmentOf)
}

const longestPath = 4096

function segmentOf(raw: string, index: number, all: readonly string[]): string {
  // A slash at the end is an empty last segment, which a route may ask for.
  if (raw === '' && index < all.length - 1) throw invalid('The path has an empty segment.')
  const text = decoded(raw)
  if (text === '.' || text === '..') throw invalid('The path has a dot segment.')
  if (/[/\\]/.test(text)) throw invalid('The path has an encoded slash.')
  if (/%[0-9a-f]{2}/i.test(text)) throw invalid('The path is encoded twice.')
  if (/\p{Cc}/u.test(text)) throw invalid('The path has a control character.')
  return text
}

/** Decodes what is percent-encoded, once. Errors: `ValidationError` for a broken encoding, and for bytes that are no UTF-8. */
export function decoded(raw: string): string {
  if (/[^ -~]/.test(raw)) throw invalid('The request has a character that must be encoded.')
  if (!raw.includes('%')) return raw
  if (/%(?![0-9a-f]{2})/i.test(raw)) throw invalid('The request has a broken percent-encoding.')
  const bytes = Buffer.from(
    raw.replace(/%([0-9a-f]{2})/gi, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16))),
    'latin1',
  )
  try {
    return utf8.decode(bytes)
  } catch (cause) {
    throw invalid('The request has bytes that are no UTF-8.', cause)
  }
}

/** The values of a parameter of a query string, decoded once. */
export function queryValues(query: string, name: string): readonly string[] {
  const values: string[] = []
  for (const piece of query.split('&')) {
    const at = piece.indexOf('=')
    const key = at < 0 ? piece : piece.slice(0, at)
    if (decoded(key.replaceAll('+', ' ')) === name)
      values.push(at < 0 ? '' : decoded(piece.slice(at + 1).replaceAll('+', ' ')))
  }
  return values
}
