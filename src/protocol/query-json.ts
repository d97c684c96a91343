import type { ServiceModel } from '#models'
import { compiledOnce, shapeOf } from './compiled.ts'
import { type HttpRequest, type HttpResponse, header } from './http.ts'
import { query } from './query.ts'
import type { WireForm } from './wire.ts'

/**
 * The query protocol with answers in JSON: what verifiers of presigned `GetCallerIdentity` requests ask for,
 * as the authenticator of Kubernetes does.
 */
export const queryJson: WireForm = {
  read: query.read,
  write(output, { service, operation }, requestId) {
    const { name, output: shape, resultWrapper = `${name}Result` } = operation
    const result = shape === undefined ? {} : { [resultWrapper]: plainOf(service, shape)(output) }
    return answer(200, { [`${name}Response`]: { ...result, ResponseMetadata: { RequestId: requestId } } }, requestId)
  },
  refuse({ code, message, status }, _call, requestId) {
    const Type = status < 500 ? 'Sender' : 'Receiver'
    return answer(status, { Error: { Code: code, Message: message, Type }, RequestId: requestId }, requestId)
  },
}

/** Whether a request accepts JSON and names nothing else, as no AWS SDK does. */
export function wantsJson(request: HttpRequest): boolean {
  const [type = ''] = (header(request, 'accept') ?? '').split(';')
  return type.trim().toLowerCase() === 'application/json'
}

/** Makes of a value of the model's shape one that JSON can write; what the model does not know is left out. */
const plainOf = compiledOnce<[unknown], unknown>((service, name) => compile(service, name))

function compile(service: ServiceModel, name: string): (value: unknown) => unknown {
  const shape = shapeOf(service, name)
  switch (shape.type) {
    case 'structure': {
      const members = Object.entries(shape.members).map(
        ([key, { shape: inner }]) => [key, plainOf(service, inner)] as const,
      )
      return (value) => structure(value, members)
    }
    case 'list': {
      const item = plainOf(service, shape.member.shape)
      return (value) => (Array.isArray(value) ? value.map((one) => item(one)) : fail('a list', value))
    }
    case 'map': {
      const item = plainOf(service, shape.value.shape)
      return (value) => Object.fromEntries(entriesOf(value).map(([key, one]) => [key, item(one)]))
    }
    case 'timestamp':
      return (value) => (value instanceof Date ? Math.floor(value.getTime() / 1000) : fail('a Date', value))
    case 'blob':
      return (value) => (value instanceof Uint8Array ? Buffer.from(value).toString('base64') : fail('bytes', value))
    default:
      return (value) => (typeof value === 'object' ? fail(`a ${shape.type}`, value) : value)
  }
}

function structure(value: unknown, members: readonly (readonly [string, (value: unknown) => unknown])[]): object {
  const given = new Map(entriesOf(value))
  const kept = members.flatMap(([key, plain]) => {
    const one = given.get(key)
    return one === undefined || one === null ? [] : [[key, plain(one)] as const]
  })
  return Object.fromEntries(kept)
}

function entriesOf(value: unknown): readonly (readonly [string, unknown])[] {
  return typeof value === 'object' && value !== null ? Object.entries(value) : fail('a structure', value)
}

function fail(wanted: string, value: unknown): never {
  throw new TypeError(`an output has a ${typeof value} where its model has ${wanted}`)
}

function answer(status: number, body: object, requestId: string): HttpResponse {
  const headers = { 'content-type': 'application/json', 'x-amzn-requestid': requestId }
  return { status, headers, body: JSON.stringify(body) }
}
