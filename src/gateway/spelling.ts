const plain = /^[\w.~/-]*$/
const unreserved = /[\w.~-]/

/**
 * A path in the one spelling that every server reads alike. Some end it at a semicolon, or take a plus sign for a space.
 * Takes: a percent-encoded path. Encoded slashes stay what they are.
 */
export function spelledPath(path: string): string {
  if (plain.test(path)) return path
  return path.replace(/%([0-9a-fA-F]{2})|[^\w.~/-]/g, (found, hex: string | undefined) => {
    const char = hex === undefined ? found : String.fromCharCode(Number.parseInt(hex, 16))
    return unreserved.test(char) ? char : encoded(char)
  })
}

/** A name or a value of a query. Takes: decoded text. */
export function spelled(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, encoded)
}

function encoded(char: string): string {
  return `%${char.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`
}
