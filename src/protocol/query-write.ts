import type { ServiceModel, Shape } from '#models'
import { compiledOnce, shapeOf } from './compiled.ts'
import { writeTimestamp } from './timestamp.ts'
import type { Call } from './wire.ts'
import { escapeXml } from './xml.ts'

/** Writes a value as what stands between its element's tags. */
type Write = (value: unknown) => string

/**
 * Writes the XML answer of an operation.
 *
 * Takes: an output of the shape of the model; what the model does not know is not written.
 * Cost: linear in the output; the writer of an operation is made once.
 */
export function writeAnswer(output: object, { service, operation }: Call, requestId: string): string {
  return answerOf(service, operation.name)(output, requestId)
}

/** The namespace of a service's answers. */
export function namespaceOf(service: ServiceModel): string {
  return service.xmlNamespace ?? `https://${service.name}.amazonaws.com/doc/${service.apiVersion}/`
}

const answerOf = compiledOnce<[object, string], string>((service, name) => {
  const operation = Object.hasOwn(service.operations, name) ? service.operations[name] : undefined
  if (operation === undefined) throw new Error(`the model of ${service.name} has no operation ${name}`)
  const { output: outputName, resultWrapper = `${name}Result` } = operation
  const opening = `<${name}Response xmlns="${escapeXml(namespaceOf(service))}">`
  const closing = `</RequestId></ResponseMetadata></${name}Response>`
  if (outputName === undefined)
    return (_output, requestId) => `${opening}<ResponseMetadata><RequestId>${escapeXml(requestId)}${closing}`
  const write = writerOf(service, outputName)
  const before = `${opening}<${resultWrapper}>`
  const between = `</${resultWrapper}><ResponseMetadata><RequestId>`
  return (output, requestId) => `${before}${write(output)}${between}${escapeXml(requestId)}${closing}`
})

const writerOf = compiledOnce<[unknown], string>((service, name) => compile(service, shapeOf(service, name)))

function compile(service: ServiceModel, shape: Shape): Write {
  if (shape.type === 'structure') {
    const members = Object.entries(shape.members).map(
      ([name, member]) => [name, memberWriter(service, member.wireName ?? name, member.shape)] as const,
    )
    return (value) => {
      let text = ''
      for (const [name, write] of members) text += write(read(value, name))
      return text
    }
  }
  if (shape.type === 'list') {
    const tag = shape.member.wireName ?? 'member'
    const write = writerOf(service, shape.member.shape)
    return (value) => itemsOf(value).reduce<string>((text, item) => `${text}<${tag}>${write(item)}</${tag}>`, '')
  }
  if (shape.type === 'map') {
    const write = entryWriter(service, shape)
    return (value) => entriesOf(value).reduce((text, entry) => `${text}<entry>${write(entry)}</entry>`, '')
  }
  return scalarWriter(shape.type)
}

/** Writes one member of a structure with its tags; nothing for an absent one. */
function memberWriter(service: ServiceModel, tag: string, shapeName: string): Write {
  const shape = shapeOf(service, shapeName)
  const opening = `<${tag}>`
  const closing = `</${tag}>`
  if (shape.type === 'list' && shape.flattened === true) {
    const write = writerOf(service, shape.member.shape)
    return (value) => itemsOf(value).reduce<string>((text, item) => `${text}${opening}${write(item)}${closing}`, '')
  }
  if (shape.type === 'map' && shape.flattened === true) {
    const write = entryWriter(service, shape)
    return (value) => entriesOf(value).reduce((text, entry) => `${text}${opening}${write(entry)}${closing}`, '')
  }
  const write = writerOf(service, shapeName)
  return (value) => (value === undefined || value === null ? '' : `${opening}${write(value)}${closing}`)
}

function entryWriter(service: ServiceModel, shape: Extract<Shape, { type: 'map' }>) {
  const key = memberWriter(service, shape.key.wireName ?? 'key', shape.key.shape)
  const value = memberWriter(service, shape.value.wireName ?? 'value', shape.value.shape)
  return ([name, inner]: readonly [string, unknown]) => `${key(name)}${value(inner)}`
}

function scalarWriter(type: Extract<Shape, { timestampFormat?: unknown }>['type']): Write {
  if (type === 'timestamp') return (value) => (value instanceof Date ? writeTimestamp(value) : fail('a Date', value))
  if (type === 'blob')
    return (value) => (value instanceof Uint8Array ? Buffer.from(value).toString('base64') : fail('bytes', value))
  return (value) => (typeof value === 'object' ? fail(`a ${type}`, value) : escapeXml(String(value)))
}

function read(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : fail('a structure', value)
}

function itemsOf(value: unknown): readonly unknown[] {
  if (value === undefined || value === null) return []
  return Array.isArray(value) ? value : fail('a list', value)
}

function entriesOf(value: unknown): readonly (readonly [string, unknown])[] {
  if (value === undefined || value === null) return []
  return typeof value === 'object' ? Object.entries(value) : fail('a map', value)
}

function fail(wanted: string, value: unknown): never {
  throw new TypeError(`an output has a ${typeof value} where its model has ${wanted}`)
}
