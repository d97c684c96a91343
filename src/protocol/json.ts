import { shapeOf } from './compiled.ts'
import { Fault } from './fault.ts'
import type { HttpRequest, HttpResponse } from './http.ts'
import { aliasOf } from './rest-json-code.ts'
import { checkDepth, misplaced, valueReader } from './rest-json-value.ts'
import { writeJson } from './rest-json-write.ts'
import type { Call, WireForm } from './wire.ts'

/** AWS's JSON protocols: a header names the operation, one object of JSON goes in and one comes out. CloudTrail speaks it. */
export const json: WireForm = {
  read: readInput,
  write(output, call, requestId) {
    const { status, headers, body } = writeJson(output, call, requestId)
    return { status, headers: { ...headers, 'content-type': typeOf(call) }, body }
  },
  refuse(fault, call, requestId): HttpResponse {
    const headers = { 'content-type': typeOf(call), 'x-amzn-requestid': requestId }
    return {
      status: fault.status,
      headers,
      body: JSON.stringify({ __type: nameOf(fault, call), message: fault.message }),
    }
  },
}

function typeOf(call: Call | undefined): string {
  return `application/x-amz-json-${call?.service.jsonVersion ?? '1.1'}`
}

/** An error of the model goes by the name of its shape, as clients know it; the others by what such services call them. */
function nameOf({ code }: Fault, call: Call | undefined): string {
  return call?.service.errors[code]?.shape ?? aliasOf(code)
}

/**
 * Reads the input of an operation.
 *
 * Gives: members that the model knows, and no others; a body that is empty is an input without members.
 * Errors: `SerializationException` (400) for a body that is no object of JSON, is nested too deep, or has another type
 *   somewhere than the model.
 */
function readInput(request: HttpRequest, { service, operation }: Call): object {
  const value = request.body.length === 0 ? {} : objectIn(request.body)
  if (operation.input === undefined) return {}
  if (shapeOf(service, operation.input).type !== 'structure') throw new Error(`${operation.input} is not a structure`)
  const read = valueReader(service, operation.input)(value)
  if (typeof read !== 'object' || read === null) throw new Error('a structure is read as an object')
  return read
}

const utf8 = new TextDecoder('utf-8', { fatal: true })

function objectIn(body: Uint8Array): object {
  const text = decoded(body)
  checkDepth(text)
  const value = parsed(text)
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw misplaced('a structure', value)
  return value
}

function decoded(body: Uint8Array): string {
  try {
    return utf8.decode(body)
  } catch (cause) {
    throw new Fault({ code: 'SerializationException', status: 400, message: 'The body is not valid UTF-8.', cause })
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new Fault({ code: 'SerializationException', status: 400, message: 'The body is not valid JSON.', cause })
  }
}
