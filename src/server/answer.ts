import { idAt, refuseCredentials } from '#access'
import { conform, Fault, type HttpRequest, type HttpResponse } from '#protocol'
import { authorize } from './authorize.ts'
import type { Entry } from './entry.ts'
import { verifyFactor } from './factor.ts'
import type { House } from './house.ts'
import { authenticate, formOf, identify, operationOf } from './identify.ts'
import { perform, within } from './perform.ts'
import { recordAnswer, recordRefusal } from './record.ts'
import { vouchedFor } from './vouch.ts'

/**
 * Answers a request to one of AWS's services, and records it.
 * Gives: always an answer. What nobody foresaw is an `InternalFailure` (500), whose cause is for the log only.
 */
export async function answer(request: HttpRequest, house: House): Promise<HttpResponse> {
  const at = house.now()
  const entry: Entry = { request, requestId: idAt(at), at, began: performance.now() }
  const response = await attempt(async () => {
    const written = await walk(entry, house)
    recordAnswer(entry, house)
    return written
  })
  if (!(response instanceof Fault)) return response
  const unrecorded = await attempt(async () => recordRefusal(response, entry, house))
  const { call, requestId } = entry
  if (unrecorded !== undefined) house.log.error({ requestId, err: unrecorded.cause }, 'a refusal was not recorded')
  return (call?.form ?? formOf(request, house.services)).refuse(unrecorded ?? response, call, requestId)
}

/** The path of a request. Each line takes what the ones before it found; the entry keeps it for the record. */
async function walk(entry: Entry, house: House): Promise<HttpResponse> {
  const { request, requestId } = entry
  const call = identify(request, house.services)
  entry.call = call
  entry.operation = house.operations.get(`${call.service.name}:${call.operation.name}`)
  const signed = await authenticate(entry, call, house)
  entry.caller = signed
  const operation = operationOf(call, entry.operation)
  if (signed !== undefined) refuseCredentials(signed, operation.service, operation.name)
  const input = conform(call.form.read(request, call), call)
  entry.input = input
  const caller = await vouchedFor({ entry, call, operation, input }, house)
  const asked = { entry, call, caller, operation, input }
  const output = await within(asked, house, async (unit) => {
    const mfaAt = await verifyFactor(asked, unit, house)
    if (mfaAt !== undefined) entry.mfaAt = mfaAt
    await authorize(asked, unit, house)
    return perform(asked, unit, house)
  })
  entry.output = output
  return call.form.write(output, call, requestId)
}

/** The only place where errors are caught. */
async function attempt<Value>(work: () => Promise<Value>): Promise<Value | Fault> {
  try {
    return await work()
  } catch (cause) {
    if (cause instanceof Fault) return cause
    const message = 'The request processing has failed because of an unknown error, exception or failure.'
    return new Fault({ code: 'InternalFailure', status: 500, message, cause })
  }
}
