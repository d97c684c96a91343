import type { OperationModel, ServiceModel } from '#models'
import { Fault } from './fault.ts'
import { type Form, readForm } from './form.ts'
import type { HttpResponse } from './http.ts'
import { readInput } from './query-read.ts'
import { namespaceOf, writeAnswer } from './query-write.ts'
import type { WireForm } from './wire.ts'
import { escapeXml } from './xml.ts'

/** AWS's query protocol: form fields in, XML out. IAM and STS speak it. */
export const query: WireForm = {
  read: (request, call) => readInput(readForm(request), call),
  write: (output, call, requestId) => answer(200, writeAnswer(output, call, requestId), requestId),
  refuse(fault, call, requestId) {
    const namespace = call === undefined ? nobody : namespaceOf(call.service)
    const type = fault.status < 500 ? 'Sender' : 'Receiver'
    const error = `<Error><Type>${type}</Type><Code>${escapeXml(fault.code)}</Code><Message>${escapeXml(fault.message)}</Message></Error>`
    const body = `<ErrorResponse xmlns="${escapeXml(namespace)}">${error}<RequestId>${escapeXml(requestId)}</RequestId></ErrorResponse>`
    return answer(fault.status, body, requestId)
  },
}

/** The namespace of refusals that belong to no service. */
const nobody = 'http://webservices.amazon.com/AWSFault/2005-15-09'

/**
 * Finds the operation that the fields `Action` and `Version` name.
 *
 * Errors: `MissingAction` and `InvalidAction`, both 400.
 */
export function operationOf(
  form: Form,
  services: Iterable<ServiceModel>,
): { readonly service: ServiceModel; readonly operation: OperationModel } {
  const action = form.get('Action')
  const version = form.get('Version')
  if (action === undefined || action === '')
    throw new Fault({ code: 'MissingAction', status: 400, message: 'Missing Action' })
  for (const service of services) {
    if (service.apiVersion !== version || service.protocol !== 'query') continue
    const operation = Object.hasOwn(service.operations, action) ? service.operations[action] : undefined
    if (operation !== undefined) return { service, operation }
  }
  const shown = version === undefined || version === '' ? 'NO_VERSION_SPECIFIED' : bounded(version)
  const message = `Could not find operation ${bounded(action)} for version ${shown}`
  throw new Fault({ code: 'InvalidAction', status: 400, message })
}

function bounded(text: string): string {
  return text.length <= 128 ? text : `${text.slice(0, 128).toWellFormed()}...`
}

function answer(status: number, body: string, requestId: string): HttpResponse {
  return { status, headers: { 'content-type': 'text/xml', 'x-amzn-requestid': requestId }, body }
}
