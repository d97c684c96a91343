import { malformed } from './refusal.ts'

/** An element of an XML body. */
export interface Element {
  readonly name: string
  readonly attributes: ReadonlyMap<string, string>
  readonly children: readonly Element[]
  /** All text in it; of an element with children only white space. */
  readonly text: string
}

interface Open {
  readonly name: string
  readonly attributes: ReadonlyMap<string, string>
  readonly children: Element[]
  text: string
}

const deepest = 16
const mostElements = 50_000
const utf8 = new TextDecoder('utf-8', { fatal: true })
const entities: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" }
const openTag = /<([A-Za-z_][\w.-]*)((?:\s+[A-Za-z_][\w.:-]*\s*=\s*(?:"[^"<]*"|'[^'<]*'))*)\s*(\/?)>/y
const closeTag = /<\/([A-Za-z_][\w.-]*)\s*>/y
const attribute = /([A-Za-z_][\w.:-]*)\s*=\s*(?:"([^"<]*)"|'([^'<]*)')/g
/** Of another charset than UTF-8, other readers could read another text. */
const declaration =
  /<\?xml\s(?:(?!encoding)[^<>])*(?:encoding\s*=\s*["'](?:utf-8|us-ascii)["'](?:(?!encoding)[^<>])*)?\?>/iy

/**
 * Reads an XML body in the one way in which every reader of XML understands it.
 * Errors: `MalformedXML` (400) for what is not well-formed, and for what readers of XML treat in different ways: document types,
 *   entities, processing instructions, comments, CDATA, prefixed elements, text beside elements; for more than 16 levels.
 */
export function readXml(body: Uint8Array): Element {
  const text = decoded(body)
  const stack: Open[] = []
  let root: Element | undefined
  let count = 0
  let at = matchAt(declaration, text, 0)?.[0].length ?? 0
  while (at < text.length) {
    const mark = text.indexOf('<', at)
    addText(stack.at(-1), text.slice(at, mark < 0 ? text.length : mark))
    if (mark < 0) break
    const closing = matchAt(closeTag, text, mark)
    const opening = closing === undefined ? matchAt(openTag, text, mark) : undefined
    const found = closing ?? opening
    if (found === undefined) throw unreadable()
    at = mark + found[0].length
    if (opening !== undefined) {
      count += 1
      if (root !== undefined || stack.length === deepest || count > mostElements) throw unreadable()
      stack.push({ name: opening[1] ?? '', attributes: attributesOf(opening[2] ?? ''), children: [], text: '' })
    }
    if (closing !== undefined || opening?.[3] === '/') root = close(stack, closing?.[1])
  }
  if (root === undefined) throw unreadable()
  return root
}

/** The only child of that name; `undefined` where there is none. Errors: `MalformedXML` (400) for two. */
export function childOf(element: Element, name: string): Element | undefined {
  const found = element.children.filter((child) => child.name === name)
  if (found.length > 1) throw unreadable()
  return found[0]
}

/** The text of the only child of that name. Errors: `MalformedXML` (400) for one that holds elements. */
export function textOf(element: Element, name: string): string | undefined {
  const child = childOf(element, name)
  if (child !== undefined && child.children.length > 0) throw unreadable()
  return child?.text
}

export function unreadable() {
  return malformed('The XML you provided was not well-formed or did not validate against our published schema', {
    code: 'MalformedXML',
  })
}

/** Gives: the root, where that was closed. */
function close(stack: Open[], name: string | undefined): Element | undefined {
  const element = stack.pop()
  if (element === undefined || (name !== undefined && element.name !== name)) throw unreadable()
  if (element.children.length > 0 && element.text.trim() !== '') throw unreadable()
  const parent = stack.at(-1)
  parent?.children.push(element)
  return parent === undefined ? element : undefined
}

function addText(element: Open | undefined, raw: string): void {
  if (element !== undefined) element.text += unescaped(raw)
  else if (/[^\s]/.test(raw)) throw unreadable()
}

function attributesOf(raw: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>()
  for (const match of raw.matchAll(attribute)) {
    const name = match[1] ?? ''
    if (found.has(name)) throw unreadable()
    found.set(name, unescaped(match[2] ?? match[3] ?? ''))
  }
  return found
}

function unescaped(raw: string): string {
  if (/[\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF]|\]\]>/.test(raw)) throw unreadable()
  const lines = raw.includes('\r') ? raw.replace(/\r\n?/g, '\n') : raw
  if (!lines.includes('&')) return lines
  return lines.replace(/&([^;&]{0,12};?)?/g, (_, name: string | undefined) => characterOf(name ?? ''))
}

function characterOf(reference: string): string {
  const name = reference.endsWith(';') ? reference.slice(0, -1) : ''
  if (Object.hasOwn(entities, name)) return entities[name] ?? ''
  const [, hex, decimal] = /^#(?:x([0-9A-Fa-f]{1,6})|(\d{1,7}))$/.exec(name) ?? []
  const code = hex !== undefined ? Number.parseInt(hex, 16) : Number(decimal)
  const surrogate = code >= 0xd800 && code <= 0xdfff
  const control = code < 0x20 && code !== 0x9 && code !== 0xa && code !== 0xd
  if (!(code <= 0x10ffff) || surrogate || control || code === 0xfffe || code === 0xffff) throw unreadable()
  return String.fromCodePoint(code)
}

function decoded(body: Uint8Array): string {
  try {
    return utf8.decode(body)
  } catch {
    throw unreadable()
  }
}

function matchAt(pattern: RegExp, text: string, at: number): RegExpExecArray | undefined {
  pattern.lastIndex = at
  return pattern.exec(text) ?? undefined
}
