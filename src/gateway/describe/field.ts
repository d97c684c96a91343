import { malformed } from './refusal.ts'

/** The fields of a query string, each there once. */
export type Fields = ReadonlyMap<string, string>

const mostFields = 200

/** Fields of a query string that carry the signature. */
const signature = new Set([
  'x-amz-algorithm',
  'x-amz-credential',
  'x-amz-date',
  'x-amz-expires',
  'x-amz-signedheaders',
  'x-amz-signature',
  'x-amz-security-token',
  'x-amz-content-sha256',
])

/**
 * Reads the fields of a query string.
 * Gives: a field without `=` with an empty value; without the fields that carry the signature.
 * Errors: `InvalidArgument` (400) for a name that comes twice, in whatever case of letters, and for what is not percent-encoded UTF-8.
 */
export function readFields(query: string): Fields {
  const lists = readFieldLists(query)
  return new Map(
    [...lists].map(([name, values]) => {
      if (values.length > 1) throw unreadable()
      return [name, values[0] ?? '']
    }),
  )
}

/** As `readFields`, where names may come more than once, each time in the same case of letters. */
export function readFieldLists(query: string): ReadonlyMap<string, readonly string[]> {
  const fields = new Map<string, string[]>()
  const folded = new Map<string, string>()
  if (/[^\x21-\x7E]/.test(query)) throw unreadable()
  const pieces = query.split('&').filter((piece) => piece !== '')
  if (pieces.length > mostFields) throw unreadable()
  for (const piece of pieces) {
    const equals = piece.indexOf('=')
    const name = decode(equals < 0 ? piece : piece.slice(0, equals))
    const value = equals < 0 ? '' : decode(piece.slice(equals + 1))
    const small = name.toLowerCase()
    if ((folded.get(small) ?? name) !== name) throw unreadable()
    folded.set(small, name)
    if (!signature.has(small)) fields.set(name, [...(fields.get(name) ?? []), value])
  }
  return fields
}

/** Takes off the percent-encoding of a part of a path, once. Gives: `undefined` where it is malformed or the bytes are not UTF-8. */
export function decodeOnce(text: string): string | undefined {
  if (!text.includes('%')) return text
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined
  }
}

function decode(text: string): string {
  const value = decodeOnce(text.replaceAll('+', ' '))
  if (value === undefined) throw unreadable()
  return value
}

function unreadable() {
  return malformed('The query string cannot be read in one way only.', { code: 'InvalidArgument' })
}
