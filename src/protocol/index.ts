export { Fault, type FaultParts } from './fault.ts'
export { type HttpRequest, type HttpResponse, header } from './http.ts'
