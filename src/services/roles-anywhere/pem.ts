const begin = '-----BEGIN '
const dashes = '-----'

/**
 * Reads the blocks of PEM in a text; what stands between them is a comment.
 * Takes: the label that every block must have one of.
 * Gives: their bytes; `undefined` for a block with another label, without an end, or that is no base64.
 * Cost: linear in the text.
 */
export function pemBlocks(text: string, labels: readonly string[]): readonly Uint8Array[] | undefined {
  const blocks: Uint8Array[] = []
  for (let at = text.indexOf(begin); at >= 0; at = text.indexOf(begin, at)) {
    const label = labels.find((one) => text.startsWith(`${one}${dashes}`, at + begin.length))
    if (label === undefined) return undefined
    const start = at + begin.length + label.length + dashes.length
    const closing = `-----END ${label}-----`
    const end = text.indexOf(closing, start)
    if (end < 0) return undefined
    const body = text.slice(start, end).replaceAll(/\s/g, '')
    if (body.length % 4 !== 0 || !/^[A-Za-z0-9+/]+={0,2}$/.test(body)) return undefined
    blocks.push(Buffer.from(body, 'base64'))
    at = end + closing.length
  }
  return blocks
}
