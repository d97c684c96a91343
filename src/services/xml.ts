/** An element of an XML document. */
export interface XmlElement {
  /** Without its prefix. */
  readonly name: string
  /** Empty: none. */
  readonly namespace: string
  /** Attributes without a prefix. */
  readonly attributes: ReadonlyMap<string, string>
  readonly children: readonly XmlElement[]
  /** The text directly inside. */
  readonly text: string
}

/**
 * Reads an XML document without a document type: nothing is fetched, and no entity is defined.
 * Gives: `undefined` for what is not well-formed, has a document type, is nested too deep, or has too many parts.
 * Cost: linear in the text.
 */
export function readXml(text: string): XmlElement | undefined {
  try {
    return new Reader(text).document()
  } catch (cause) {
    if (cause instanceof Malformed) return undefined
    throw cause
  }
}

/** The children of an element that have a name. */
export function childrenOf(element: XmlElement, namespace: string, name: string): readonly XmlElement[] {
  return element.children.filter((child) => isNamed(child, namespace, name))
}

export function isNamed(element: XmlElement, namespace: string, name: string): boolean {
  return element.name === name && element.namespace === namespace
}

/** An element, and all inside it, in the order of the document. */
export function elementsOf(root: XmlElement): readonly XmlElement[] {
  const all: XmlElement[] = []
  const waiting: XmlElement[] = [root]
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    all.push(next)
    waiting.push(...next.children.toReversed())
  }
  return all
}

const deepest = 64
const mostParts = 100_000
const mostNamespaces = 64

class Malformed extends Error {}

/** An element whose end is not read yet. */
interface Open {
  /** With its prefix. */
  readonly tag: string
  readonly namespaces: ReadonlyMap<string, string>
  readonly attributes: ReadonlyMap<string, string>
  readonly children: XmlElement[]
  text: string
}

const nameStart =
  'A-Za-z_\\u{c0}-\\u{d6}\\u{d8}-\\u{f6}\\u{f8}-\\u{2ff}\\u{370}-\\u{37d}\\u{37f}-\\u{1fff}\\u{3001}-\\u{d7ff}'
const ncName = `[${nameStart}][${nameStart}0-9.\\u{b7}-]*`
const qName = `${ncName}(?::${ncName})?`
/** White space is what XML says it is: other readers take the spaces of Unicode for something else. */
const space = '[ \\t\\r\\n]'
const startTag = new RegExp(`<(${qName})`, 'uy')
const attribute = new RegExp(`${space}+(${qName})${space}*=${space}*(?:"([^<"]*)"|'([^<']*)')`, 'uy')
const startEnd = /[ \t\r\n]*(\/?)>/y
const endTag = new RegExp(`</(${qName})${space}*>`, 'uy')
const characters = /[^<]+/y
const declaration = /<\?xml[ \t\r\n][^?]*\?>/y
const instruction = new RegExp(`<\\?(?!xml[\\s?])${ncName}(?:${space}[^?]*(?:\\?(?!>)[^?]*)*)?\\?>`, 'iuy')
const blank = /[ \t\r\n]+/y
/** What XML 1.0 lets no document hold, beside halves of pairs. */
const illegal = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/

class Reader {
  readonly #text: string
  #at = 0
  #parts = 0

  constructor(text: string) {
    this.#text = text.charCodeAt(0) === 0xfeff ? text.slice(1) : text
    if (illegal.test(this.#text) || !this.#text.isWellFormed()) throw new Malformed()
  }

  document(): XmlElement {
    this.#take(declaration)
    this.#skip()
    const root = this.#tree()
    this.#skip()
    if (this.#at < this.#text.length) throw new Malformed()
    return root
  }

  /** White space, comments and instructions outside the root. */
  #skip(): void {
    while (this.#take(blank) || this.#comment() || this.#take(instruction)) this.#count()
  }

  #tree(): XmlElement {
    const open: Open[] = []
    for (;;) {
      this.#count()
      const parent = open.at(-1)
      const closed = this.#next(open, parent)
      if (closed === undefined) continue
      const next = open.at(-1)
      if (next === undefined) return closed
      next.children.push(closed)
    }
  }

  /** Reads one part. Gives: an element that ends with it. */
  #next(open: Open[], parent: Open | undefined): XmlElement | undefined {
    if (parent !== undefined) {
      const ended = this.#take(endTag)
      if (ended) return this.#close(open, ended[1] ?? '')
      if (this.#content(parent)) return undefined
    }
    const started = this.#take(startTag)
    if (!started || open.length >= deepest) throw new Malformed()
    return this.#start(open, started[1] ?? '')
  }

  /** Reads text, a comment or an instruction inside an element. */
  #content(parent: Open): boolean {
    const found = this.#take(characters)
    if (found) {
      if (found[0].includes(']]>')) throw new Malformed()
      parent.text += unescaped(found[0])
      return true
    }
    const raw = this.#between('<![CDATA[', ']]>')
    if (raw !== undefined) {
      parent.text += raw
      return true
    }
    return this.#comment() || this.#take(instruction) !== null
  }

  #start(open: Open[], tag: string): XmlElement | undefined {
    const given = new Map<string, string>()
    for (let found = this.#take(attribute); found; found = this.#take(attribute)) {
      this.#count()
      const name = found[1] ?? ''
      if (given.has(name)) throw new Malformed()
      given.set(name, unescaped(found[2] ?? found[3] ?? ''))
    }
    const end = this.#take(startEnd)
    if (!end) throw new Malformed()
    const namespaces = declared(given, open.at(-1)?.namespaces ?? new Map())
    const attributes = new Map([...given].filter(([name]) => !name.includes(':') && name !== 'xmlns'))
    for (const name of given.keys()) if (name.includes(':') && !name.startsWith('xmlns:')) split(name, namespaces)
    open.push({ tag, namespaces, attributes, children: [], text: '' })
    return end[1] === '/' ? this.#close(open, tag) : undefined
  }

  #close(open: Open[], tag: string): XmlElement {
    const ended = open.pop()
    if (ended === undefined || ended.tag !== tag) throw new Malformed()
    const { namespaces, attributes, children, text } = ended
    return { ...split(tag, namespaces), attributes, children, text }
  }

  #comment(): boolean {
    const inside = this.#between('<!--', '-->')
    if (inside?.includes('--') || inside?.endsWith('-')) throw new Malformed()
    return inside !== undefined
  }

  #between(start: string, end: string): string | undefined {
    if (!this.#text.startsWith(start, this.#at)) return undefined
    const from = this.#at + start.length
    const to = this.#text.indexOf(end, from)
    if (to < 0) throw new Malformed()
    this.#at = to + end.length
    return this.#text.slice(from, to)
  }

  #take(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.#at
    const found = pattern.exec(this.#text)
    if (found) this.#at = pattern.lastIndex
    return found
  }

  #count(): void {
    this.#parts += 1
    if (this.#parts > mostParts) throw new Malformed()
  }
}

/** The namespaces by prefix, '' for none, after an element's own declarations. */
function declared(
  attributes: ReadonlyMap<string, string>,
  outer: ReadonlyMap<string, string>,
): ReadonlyMap<string, string> {
  const own = [...attributes].filter(([name]) => name === 'xmlns' || name.startsWith('xmlns:'))
  if (own.length === 0) return outer
  if (outer.size + own.length > mostNamespaces) throw new Malformed()
  if (own.some(([name, value]) => name !== 'xmlns' && value === '')) throw new Malformed()
  return new Map([...outer, ...own.map(([name, value]) => [name.slice('xmlns:'.length), value] as const)])
}

function split(tag: string, namespaces: ReadonlyMap<string, string>): { name: string; namespace: string } {
  const colon = tag.indexOf(':')
  const prefix = colon < 0 ? '' : tag.slice(0, colon)
  const namespace = prefix === 'xml' ? 'http://www.w3.org/XML/1998/namespace' : namespaces.get(prefix)
  if (namespace === undefined && prefix !== '') throw new Malformed()
  return { name: tag.slice(colon + 1), namespace: namespace ?? '' }
}

const named: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" }
const stray = /&(?!(?:lt|gt|amp|quot|apos|#x[0-9a-fA-F]{1,6}|#[0-9]{1,7});)/

/** Text with the references of XML itself resolved; any other is not well-formed here. */
function unescaped(text: string): string {
  if (!text.includes('&')) return text
  if (stray.test(text)) throw new Malformed()
  return text.replace(/&([^;]+);/g, (_, reference: string) => {
    const character = resolved(reference)
    if (character === undefined) throw new Malformed()
    return character
  })
}

function resolved(reference: string): string | undefined {
  if (Object.hasOwn(named, reference)) return named[reference]
  const [, hex, decimal] = /^#(?:x([0-9a-fA-F]{1,6})|([0-9]{1,7}))$/.exec(reference) ?? []
  const code = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16)
  if (Number.isNaN(code) || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) return undefined
  const character = String.fromCodePoint(code)
  return illegal.test(character) ? undefined : character
}
