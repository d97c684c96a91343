import type { Member, ScalarShape, ServiceModel } from '#models'
import { compiledOnce, shapeOf } from './compiled.ts'
import type { HttpResponse } from './http.ts'
import type { Call } from './wire.ts'

/**
 * Writes the answer of an operation, each member to where it travels.
 *
 * Takes: an output of the shape of the model; what the model does not know is not written.
 */
export function writeJson(output: object, { service, operation }: Call, requestId: string): HttpResponse {
  const base = { 'content-type': 'application/json', 'x-amzn-requestid': requestId }
  const status = operation.http?.status ?? 200
  if (operation.output === undefined) return { status, headers: base, body: '{}' }
  const { body, headers, status: own } = writerOf(service, operation.output)(output)
  return { status: own ?? status, headers: { ...base, ...headers }, body }
}

interface Written {
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | Uint8Array
  readonly status?: number
}

type Plain = (value: unknown) => unknown

const writerOf = compiledOnce<[object], Written>((service, name) => {
  const shape = shapeOf(service, name)
  if (shape.type !== 'structure') throw new Error(`${name} is not a structure`)
  const members = Object.entries(shape.members)
  const inBody = members.filter(([, { location }]) => location === undefined)
  const inHeaders = members.filter(([, { location }]) => location === 'header')
  const body = structure(inBody.map(([key, member]) => entry(service, key, member)))
  const [payload] = members.filter(([, { location }]) => location === 'payload')
  const [code] = members.filter(([, { location }]) => location === 'status')
  return (output) => ({
    headers: Object.fromEntries(inHeaders.flatMap(([key, member]) => headerOf(output, key, member))),
    body: payload === undefined ? JSON.stringify(body(output)) : payloadOf(service, output, payload),
    ...(code === undefined ? {} : { status: Number(Reflect.get(output, code[0])) }),
  })
})

function headerOf(output: object, key: string, { wireName = key }: Member): readonly (readonly [string, string])[] {
  const value: unknown = Reflect.get(output, key)
  return value === undefined || value === null ? [] : [[wireName.toLowerCase(), String(value)]]
}

function payloadOf(
  service: ServiceModel,
  output: object,
  [key, member]: readonly [string, Member],
): string | Uint8Array {
  const value: unknown = Reflect.get(output, key)
  if (value === undefined || value === null) return ''
  if (value instanceof Uint8Array || typeof value === 'string') return value
  return JSON.stringify(plainOf(service, member.shape)(value))
}

interface Entry {
  readonly key: string
  readonly wireName: string
  readonly plain: Plain
}

function entry(service: ServiceModel, key: string, { shape, wireName = key }: Member): Entry {
  return { key, wireName, plain: plainOf(service, shape) }
}

function structure(entries: readonly Entry[]): (value: unknown) => object {
  return (value) => {
    if (typeof value !== 'object' || value === null) return fail('a structure', value)
    const found: Record<string, unknown> = {}
    for (const { key, wireName, plain } of entries) {
      const one: unknown = Reflect.get(value, key)
      if (one !== undefined && one !== null) found[wireName] = plain(one)
    }
    return found
  }
}

/** Makes of a value of the model's shape one that JSON can write; what the model does not know is left out. */
const plainOf = compiledOnce<[unknown], unknown>((service, name) => compile(service, name))

function compile(service: ServiceModel, name: string): Plain {
  const shape = shapeOf(service, name)
  if (shape.type === 'structure')
    return structure(Object.entries(shape.members).map(([key, member]) => entry(service, key, member)))
  if (shape.type === 'list') {
    const item = plainOf(service, shape.member.shape)
    return (value) => (Array.isArray(value) ? value.map((one) => item(one)) : fail('a list', value))
  }
  if (shape.type === 'map') {
    const item = plainOf(service, shape.value.shape)
    return (value) => Object.fromEntries(Object.entries(Object(value)).map(([key, one]) => [key, item(one)]))
  }
  if (shape.type === 'timestamp')
    return (value) => (value instanceof Date ? momentText(shape, value) : fail('a Date', value))
  if (shape.type === 'blob')
    return (value) => (value instanceof Uint8Array ? Buffer.from(value).toString('base64') : fail('bytes', value))
  if (shape.type === 'document') return (value) => value
  return (value) => (typeof value === 'object' ? fail(`a ${shape.type}`, value) : value)
}

/** Absent: seconds since 1970, as in every body of JSON whose model says nothing else. */
function momentText({ timestampFormat }: ScalarShape, moment: Date): number | string {
  if (timestampFormat === 'date-time') return moment.toISOString()
  return timestampFormat === 'http-date' ? moment.toUTCString() : moment.getTime() / 1000
}

function fail(wanted: string, value: unknown): never {
  throw new TypeError(`an output has a ${typeof value} where its model has ${wanted}`)
}
