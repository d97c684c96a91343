import { escapeXml, Fault, type HttpRequest, type HttpResponse, header, query } from '#protocol'
import type { Target } from './describe/index.ts'

/** What is known of whoever is refused. */
export interface Refused {
  readonly head: HttpRequest
  readonly target: Target | undefined
  readonly requestId: string
}

/** Writes a refusal as a client of the service that it asked reads it. */
export function refuse(fault: Fault, { head, target, requestId }: Refused): HttpResponse {
  const protocol = target?.protocol ?? guess(head)
  switch (protocol) {
    case 'rest-xml':
      return target?.service === 's3' || target === undefined
        ? inS3(fault, head, requestId)
        : query.refuse(fault, undefined, requestId)
    case 'query':
      return query.refuse(renamed(fault, target?.service === 'sns' ? snsCodes : queryCodes), undefined, requestId)
    case 'ec2':
      return inEc2(renamed(fault, ec2Codes), requestId)
    default:
      return inJson(fault, head, { requestId, protocol, service: target?.service })
  }
}

function guess(head: HttpRequest): Target['protocol'] {
  const type = header(head, 'content-type') ?? ''
  if (header(head, 'x-amz-target') !== undefined || /^application\/x-amz-json/.test(type)) return 'json'
  if (/^application\/x-www-form-urlencoded/.test(type) || head.query.includes('Action=')) return 'query'
  return 'rest-xml'
}

interface Renamed {
  readonly code: string
  readonly status?: number
  readonly message?: string
}

type Names = Readonly<Record<string, Renamed>>

/** S3 has names of its own for what other services call otherwise. Source: Amazon S3 API, "Error responses". */
const s3Codes: Names = {
  InvalidClientTokenId: {
    code: 'InvalidAccessKeyId',
    message: 'The AWS Access Key Id you provided does not exist in our records.',
  },
  MissingAuthenticationToken: { code: 'AccessDenied', message: 'Access Denied' },
  IncompleteSignature: { code: 'AuthorizationHeaderMalformed', status: 400 },
  ExpiredToken: { code: 'ExpiredToken', status: 400, message: 'The provided token has expired.' },
  RequestExpired: { code: 'AccessDenied', status: 403, message: 'Request has expired' },
  EntityTooLarge: { code: 'EntityTooLarge', status: 400 },
  InternalFailure: { code: 'InternalError', message: 'We encountered an internal error. Please try again.' },
}

const jsonCodes: Names = {
  AccessDenied: { code: 'AccessDeniedException', status: 400 },
  InvalidClientTokenId: { code: 'UnrecognizedClientException', status: 400 },
  SignatureDoesNotMatch: { code: 'InvalidSignatureException', status: 400 },
  IncompleteSignature: { code: 'IncompleteSignatureException', status: 400 },
  MissingAuthenticationToken: { code: 'MissingAuthenticationTokenException', status: 400 },
  ExpiredToken: { code: 'ExpiredTokenException', status: 400 },
  RequestExpired: { code: 'InvalidSignatureException', status: 400 },
  InvalidRequest: { code: 'ValidationException' },
  EntityTooLarge: { code: 'RequestEntityTooLarge' },
  ServiceUnavailable: { code: 'ServiceUnavailableException' },
}

/** The REST services that speak JSON say the same with the statuses of HTTP. */
const restStatuses: Readonly<Record<string, number>> = { AccessDenied: 403 }

const queryCodes: Names = { InvalidRequest: { code: 'ValidationError' } }

const snsCodes: Names = { ...queryCodes, AccessDenied: { code: 'AuthorizationError' } }

const ec2Codes: Names = {
  AccessDenied: { code: 'UnauthorizedOperation' },
  InvalidClientTokenId: { code: 'AuthFailure', status: 401 },
  SignatureDoesNotMatch: { code: 'AuthFailure', status: 401 },
  MissingAuthenticationToken: { code: 'MissingAuthenticationToken' },
}

function renamed(fault: Fault, names: Names): Fault {
  const name = Object.hasOwn(names, fault.code) ? names[fault.code] : undefined
  if (name === undefined) return fault
  const { status = fault.status, message = fault.message, code } = name
  return new Fault({ code, status, message })
}

function inS3(fault: Fault, head: HttpRequest, requestId: string): HttpResponse {
  const skewed = /^Signature (?:expired|not yet current)/.test(fault.message)
  const late = { code: 'RequestTimeTooSkewed', status: 403, message: lateMessage }
  const { code, status, message } = skewed ? new Fault(late) : renamed(fault, s3Codes)
  const headers = { 'content-type': 'application/xml', 'x-amz-request-id': requestId }
  if (head.method === 'HEAD') return { status, headers, body: '' }
  const resource = escapeXml(head.path.slice(0, 1024))
  const inner = `<Code>${escapeXml(code)}</Code><Message>${escapeXml(message)}</Message><Resource>${resource}</Resource>`
  const body = `<?xml version="1.0" encoding="UTF-8"?>\n<Error>${inner}<RequestId>${requestId}</RequestId></Error>`
  return { status, headers, body }
}

const lateMessage = "The difference between the request time and the server's time is too large."

function inEc2({ code, status, message }: Fault, requestId: string): HttpResponse {
  const error = `<Error><Code>${escapeXml(code)}</Code><Message>${escapeXml(message)}</Message></Error>`
  const body = `<?xml version="1.0" encoding="UTF-8"?>\n<Response><Errors>${error}</Errors><RequestID>${requestId}</RequestID></Response>`
  return { status, headers: { 'content-type': 'text/xml;charset=UTF-8', 'x-amzn-requestid': requestId }, body }
}

interface Spoken {
  readonly requestId: string
  readonly protocol: Target['protocol']
  readonly service: string | undefined
}

/** QUIRK: SQS spoke the query protocol before, and its clients know errors by the codes of that. */
function inJson(fault: Fault, head: HttpRequest, { requestId, protocol, service }: Spoken): HttpResponse {
  const { code, status, message } = renamed(fault, jsonCodes)
  const rest = protocol === 'rest-json' ? restStatuses[fault.code] : undefined
  const type = header(head, 'content-type')
  const asked = type !== undefined && /^application\/x-amz-json-1\.[01]$/.test(type) ? type : 'application/json'
  return {
    status: rest ?? status,
    headers: {
      'content-type': asked,
      'x-amzn-requestid': requestId,
      'x-amzn-errortype': code,
      ...(service === 'sqs' ? { 'x-amzn-query-error': `${fault.code};${status < 500 ? 'Sender' : 'Receiver'}` } : {}),
    },
    body: JSON.stringify({ __type: code, message, Message: message }),
  }
}
