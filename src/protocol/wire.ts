import type { OperationModel, ServiceModel } from '#models'
import type { Fault } from './fault.ts'
import type { HttpRequest, HttpResponse } from './http.ts'

/** What a request asks for, and the form in which it asks. */
export interface Call {
  readonly service: ServiceModel
  readonly operation: OperationModel
  readonly form: WireForm
}

/** One of AWS's protocols: bytes to values and back, by the model. */
export interface WireForm {
  /**
   * Reads the input of an operation.
   *
   * Gives: a value of the shape of the operation's input; members that the model does not know are left out.
   * Errors: a `Fault` of 400 to 499 for what cannot be read. Lengths, patterns and the like are for `conform`.
   */
  read(request: HttpRequest, call: Call): object
  write(output: object, call: Call, requestId: string): HttpResponse
  /** Takes: no call where it is not known what was asked for. */
  refuse(fault: Fault, call: Call | undefined, requestId: string): HttpResponse
}
