/**
 * A policy document as the API takes it: JSON on one line, in characters up to U+00FF.
 * Takes: a document as an object.
 */
export function documentText(value: unknown): string {
  return JSON.stringify(value).replace(
    /[^\u0000-\u00ff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}

/**
 * Reads a document that answers carry URL-encoded, or that is JSON already.
 * Gives: `undefined` for a text that is neither.
 */
export function documentValue(text: string): unknown {
  try {
    return JSON.parse(/^\s*\{/.test(text) ? text : decodeURIComponent(text))
  } catch {
    return undefined
  }
}

/** Whether two documents say the same: members in any order, white space and escapes aside. */
export function sameDocument(one: string, other: string): boolean {
  return one === other || canonical(JSON.parse(one)) === canonical(JSON.parse(other))
}

function canonical(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  )
}
