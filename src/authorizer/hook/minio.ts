import { conditionKeyType } from '#models'
import { type HttpRequest, type HttpResponse, header } from '#protocol'
import { type Fields, fieldsIn, fieldsOf, invalid, own, type Shape, shown, textOf } from '../input.ts'
import type { Adapter, HookAnswer } from './adapter.ts'

/**
 * MinIO and its like, with the access management plugin: who asks was found out by the store, which asks for one action.
 * Source: MinIO, "External Access Management Plugin", request body.
 */
export const minio: Adapter = {
  token: (request) => header(request, 'authorization')?.replace(/^Bearer /i, ''),
  question(request) {
    const input = fieldsOf(own(fieldsIn(request.body), 'input'), 'input')
    const conditions = own(input, 'conditions')
    const held = conditions === undefined || conditions === null ? {} : fieldsOf(conditions, 'input.conditions')
    const action = textOf(own(input, 'action'), 'input.action', actionShape)
    return {
      kind: 'named',
      user: textOf(own(input, 'account') ?? '', 'input.account', nameShape),
      wants: [{ action, resource: resourceOf(input), context: contextOf(action, held) }],
      request: unsent(request),
    }
  },
  answer: resultAnswer,
}

const actionShape: Shape = { pattern: /^[\w-]{1,64}:[\w-]{1,128}$/, wants: 'an action' }
export const nameShape: Shape = { pattern: /^[\w+=,.@-]{0,128}$/, wants: 'the name of a user or the id of a key' }
export const bucketShape: Shape = { pattern: /^[a-z0-9][a-z0-9.-]{1,62}$/, wants: 'the name of a bucket' }
export const keyShape: Shape = { pattern: /^[^\p{Cc}]{0,1024}$/u, wants: 'the name of an object' }

function resourceOf(input: Fields): string {
  const bucket = own(input, 'bucket') ?? ''
  const object = textOf(own(input, 'object') ?? '', 'input.object', keyShape)
  if (bucket === '') {
    if (object !== '') throw invalid('input.object is there without a bucket.')
    return '*'
  }
  const arn = `arn:aws:s3:::${textOf(bucket, 'input.bucket', bucketShape)}`
  return object === '' ? arn : `${arn}/${object}`
}

/** Names that the store gives to what AWS calls otherwise. */
const keys: Readonly<Record<string, string>> = {
  securetransport: 'aws:SecureTransport',
  sourceip: 'aws:SourceIp',
  useragent: 'aws:UserAgent',
  referer: 'aws:Referer',
}

/**
 * What of the store's conditions is a condition key here. Whom it names again is not: that is looked up.
 * Errors: `ValidationError` for a key with another number of values than its type has.
 */
function contextOf(action: string, conditions: Fields): Fields {
  const context: Record<string, unknown> = Object.create(null)
  const prefix = action.slice(0, action.indexOf(':'))
  for (const [name, value] of Object.entries(conditions)) {
    const folded = name.toLowerCase()
    const key = (Object.hasOwn(keys, folded) ? keys[folded] : undefined) ?? `${prefix}:${name}`
    const type = conditionKeyType(key)
    const texts = Array.isArray(value) ? value : [value]
    if (type === undefined || texts.length === 0) continue
    if (texts.some((one) => typeof one !== 'string')) throw invalid(`input.conditions.${shown(name)} must be texts.`)
    if (type.startsWith('ArrayOf')) context[key] = texts
    else if (texts.length > 1) throw invalid(`input.conditions.${shown(name)} has more than one value.`)
    // The store tells of what a request has not as if it were empty.
    else if (texts[0] !== '' || folded === 'prefix') context[key] = texts[0]
  }
  return context
}

function unsent(request: HttpRequest): HttpRequest {
  return { ...request, headers: Object.create(null), body: new Uint8Array(), remoteAddress: '', secure: false }
}

/** `{ "result": true }`, as the Open Policy Agent answers. */
export function resultAnswer({ refusal, decisionId }: HookAnswer): HttpResponse {
  const headers = {
    'content-type': 'application/json',
    'cache-control': 'no-store',
    'x-cardea-decision-id': decisionId,
  }
  return { status: 200, headers, body: JSON.stringify({ result: refusal === undefined }) }
}
