import { aliasOf } from './rest-json-code.ts'
import { readRestInput } from './rest-json-read.ts'
import { writeJson } from './rest-json-write.ts'
import type { WireForm } from './wire.ts'

/**
 * AWS's REST protocol with JSON bodies: the method and the path say the operation, members travel in the path, the query,
 * headers and the body. Roles Anywhere and Access Analyzer speak it.
 */
export const restJson: WireForm = {
  read: readRestInput,
  write: writeJson,
  refuse({ code, message, status }, _call, requestId) {
    const headers = {
      'content-type': 'application/json',
      'x-amzn-requestid': requestId,
      'x-amzn-errortype': aliasOf(code),
    }
    return { status, headers, body: JSON.stringify({ message }) }
  },
}
