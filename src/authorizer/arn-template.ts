/** The form of the ARNs of a type of resource, ready to be held against ARNs. */
export interface ArnTemplate {
  /** As it was written: `arn:aws:acme:${Region}:${Account}:photo/${PhotoId}`. */
  readonly text: string
  /** Partition, service, region and account: a literal, or `undefined` for a variable. */
  readonly fields: readonly (string | undefined)[]
  /** What stands around the variables of the last part. */
  readonly words: readonly string[]
}

const variable = /\$\{\w{1,64}\}/

/** Gives: `undefined` for a text that is no template of ARNs. */
export function arnTemplate(text: string): ArnTemplate | undefined {
  if (text.length > 512 || !text.startsWith('arn:')) return undefined
  const parts = text.split(':')
  const fields = parts.slice(1, 5).map(fieldOf)
  const last = parts.slice(5).join(':')
  if (parts.length < 6 || last === '' || fields.includes(null)) return undefined
  const words = last.split(new RegExp(variable, 'g'))
  const touching = words.slice(1, -1).includes('')
  if (touching || words.some((word) => /[${}\p{Cc}\s]/u.test(word))) return undefined
  return { text, fields: fields.map((field) => field ?? undefined), words }
}

/** Gives: `null` for what is neither a literal nor one variable. */
function fieldOf(text: string): string | undefined | null {
  if (new RegExp(`^${variable.source}$`).test(text)) return undefined
  return /^[a-z0-9-]{0,64}$/.test(text) ? text : null
}

/** Whether an ARN is of the form. Cost: linear in the ARN. */
export function fitsTemplate({ fields, words }: ArnTemplate, arn: string): boolean {
  if (!arn.startsWith('arn:')) return false
  let from = 4
  for (const field of fields) {
    const colon = arn.indexOf(':', from)
    if (colon < 0 || (field === undefined ? colon === from : arn.slice(from, colon) !== field)) return false
    from = colon + 1
  }
  return wordsFit(words, arn, from)
}

/** Whether a text is these words in this order from a place on, with at least one character between two of them. */
function wordsFit(words: readonly string[], text: string, start: number): boolean {
  const [first = '', ...rest] = words
  const last = rest.at(-1)
  if (!text.startsWith(first, start)) return false
  let from = start + first.length
  if (last === undefined) return text.length === from
  for (const word of rest.slice(0, -1)) {
    const found = text.indexOf(word, from + 1)
    if (found < 0) return false
    from = found + word.length
  }
  return text.length > from + last.length && text.endsWith(last)
}
