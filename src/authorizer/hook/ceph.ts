import { header } from '#protocol'
import { type Fields, fieldsIn, fieldsOf, invalid, own, type Shape, textOf } from '../input.ts'
import type { Adapter } from './adapter.ts'
import { bucketShape, keyShape, nameShape, resultAnswer } from './minio.ts'

/**
 * The Ceph Object Gateway, which asks as if it asked the Open Policy Agent: who asks was found out by the gateway, and what
 * is wanted is the client's request.
 * Source: Ceph, "Open Policy Agent Integration", and the members that the gateway sends.
 */
export const ceph: Adapter = {
  token: (request) => header(request, 'x-auth-token'),
  question(request) {
    const input = fieldsOf(own(fieldsIn(request.body), 'input'), 'input')
    const uri = textOf(own(input, 'relative_uri') ?? own(input, 'request_uri_aws4'), 'input.relative_uri', uriShape)
    const params = textOf(own(input, 'params') ?? '', 'input.params', queryShape)
    const mark = uri.indexOf('?')
    const query = mark < 0 ? params.replace(/^\?/, '') : uri.slice(mark + 1)
    return {
      kind: 'described',
      user: userOf(input),
      bucket: bucketOf(input),
      object: textOf(own(input, 'object_name') ?? '', 'input.object_name', keyShape),
      request: {
        ...request,
        method: textOf(own(input, 'method'), 'input.method', methodShape),
        path: mark < 0 ? uri : uri.slice(0, mark),
        query,
        headers: Object.assign(Object.create(null), { host: ['s3.amazonaws.com'] }),
        body: new Uint8Array(),
        remoteAddress: '',
        secure: false,
      },
    }
  },
  answer: resultAnswer,
}

const uriShape: Shape = { pattern: /^\/[!-"$-~]{0,8191}$/, wants: 'a path, as it was sent' }
const queryShape: Shape = { pattern: /^[!-"$-~]{0,8191}$/, wants: 'a query, as it was sent' }
const methodShape: Shape = { pattern: /^(?:GET|HEAD|PUT|POST|DELETE)$/, wants: 'a method' }

/** The user, whose id may have a tenant before it and a namespace. A subuser is nobody here. */
function userOf(input: Fields): string {
  const subuser = own(input, 'subuser')
  if (subuser !== undefined && subuser !== '') throw invalid('input.subuser is there, and subusers are not known here.')
  const info = own(input, 'user_info')
  if (info === undefined || info === null) return ''
  const id = own(fieldsOf(info, 'input.user_info'), 'user_id')
  if (id === undefined || typeof id === 'string')
    return nobodyOr(textOf(id ?? '', 'input.user_info.user_id', nameShape))
  const parts = fieldsOf(id, 'input.user_info.user_id')
  const others = [own(parts, 'tenant') ?? '', own(parts, 'ns') ?? '']
  if (others.some((one) => one !== '')) throw invalid('input.user_info.user_id has a tenant, which is not known here.')
  return nobodyOr(textOf(own(parts, 'id') ?? '', 'input.user_info.user_id.id', nameShape))
}

/** The gateway's name for whoever did not sign. */
function nobodyOr(id: string): string {
  return id === 'anonymous' ? '' : id
}

function bucketOf(input: Fields): string {
  const info = own(input, 'bucket_info')
  if (info === undefined || info === null) return ''
  const bucket = own(fieldsOf(info, 'input.bucket_info'), 'bucket')
  if (bucket === undefined || bucket === null) return ''
  const name = own(fieldsOf(bucket, 'input.bucket_info.bucket'), 'name') ?? ''
  return name === '' ? '' : textOf(name, 'input.bucket_info.bucket.name', bucketShape)
}
