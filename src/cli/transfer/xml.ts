import { modelOf, type ServiceModel } from '#models'

/** An element of an answer. */
interface Element {
  readonly name: string
  readonly children: Element[]
  text: string
}

/**
 * Reads the XML answer of an operation of the query protocol.
 * Takes: the name of a service with a model.
 * Gives: a value of the shape of the operation's output; timestamps and blobs are texts, as in the JSON of AWS's CLI.
 * Errors: an `Error` for what is no such answer.
 */
export function readAnswer(service: string, operation: string, xml: string): Readonly<Record<string, unknown>> {
  const model = modelOf(service)
  const found = model.operations[operation]
  if (found?.output === undefined) return {}
  const result = childOf(rootOf(xml), found.resultWrapper ?? `${operation}Result`)
  const value = result === undefined ? undefined : readValue(model, found.output, result)
  if (typeof value !== 'object' || value === null) throw new Error(`the answer has no result of ${operation}`)
  return Object.fromEntries(Object.entries(value))
}

/** Gives: the code and the message of an answer that refuses; `undefined` when it is none. */
export function readRefusal(xml: string): { readonly code: string; readonly message: string } | undefined {
  try {
    const error = childOf(rootOf(xml), 'Error')
    const code = error && childOf(error, 'Code')
    return code && { code: code.text, message: (error && childOf(error, 'Message'))?.text ?? '' }
  } catch {
    return undefined
  }
}

const token = /<\?[^>]*\?>|<(\/?)([\w:.-]+)(?:\s[^<>]*?)?(\/?)>|([^<]+)/y

function rootOf(xml: string): Element {
  const top: Element = { name: '', children: [], text: '' }
  const open: Element[] = [top]
  token.lastIndex = 0
  while (token.lastIndex < xml.length) {
    const match = token.exec(xml)
    const around = open.at(-1)
    if (match === null || around === undefined) throw new Error('the answer is no XML')
    const [, closes, name, closed, text] = match
    if (text !== undefined) around.text += unescaped(text)
    else if (name === undefined) continue
    else if (closes === '/') {
      if (open.pop()?.name !== name) throw new Error('the answer is no XML')
    } else {
      const element: Element = { name, children: [], text: '' }
      around.children.push(element)
      if (closed !== '/') open.push(element)
    }
  }
  const [root] = top.children
  if (root === undefined || open.length !== 1) throw new Error('the answer is no XML')
  return root
}

const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }

function unescaped(text: string): string {
  return text.replace(/&(?:#x([0-9a-fA-F]{1,6})|(\w+));/g, (whole, hex, name) =>
    hex === undefined ? (entities[name] ?? whole) : String.fromCodePoint(Number.parseInt(hex, 16)),
  )
}

function childOf({ children }: Element, name: string): Element | undefined {
  return children.find((child) => child.name === name)
}

function readValue(model: ServiceModel, shapeName: string, element: Element): unknown {
  const shape = model.shapes[shapeName]
  switch (shape?.type) {
    case 'structure': {
      const value: Record<string, unknown> = {}
      for (const [name, member] of Object.entries(shape.members)) {
        const child = childOf(element, member.wireName ?? name)
        if (child !== undefined) value[name] = readValue(model, member.shape, child)
      }
      return value
    }
    case 'list': {
      const tag = shape.member.wireName ?? 'member'
      return element.children
        .filter(({ name }) => name === tag)
        .map((child) => readValue(model, shape.member.shape, child))
    }
    case 'boolean':
      return element.text === 'true'
    case 'integer':
    case 'long':
      return Number(element.text)
    case 'map':
      throw new Error(`${shapeName} is a map`)
    default:
      return element.text
  }
}
