import { Fault, type HttpResponse } from '#protocol'
import { checkedPolicy, isPublic } from './document.ts'
import type { KeptCall, KeptOperation } from './operation.ts'

/** The policies of buckets. Source: Amazon S3 API Reference. */
export const s3Kept: Readonly<Record<string, KeptOperation>> = {
  PutBucketPolicy(call) {
    const text = Buffer.from(call.request.body).toString('utf8')
    const policy = checkedPolicy(text, { code: 'MalformedPolicy' })
    for (const { resource } of policy.statements)
      if (resource?.patterns.some((pattern) => !isIn(pattern, call.arn)) !== false) throw otherResource()
    return { policy: text, answer: answer(call, 204) }
  },
  GetBucketPolicy(call) {
    return { answer: answer(call, 200, { type: 'application/json', body: policyOf(call) }) }
  },
  GetBucketPolicyStatus(call) {
    const isOpen = isPublic(checkedPolicy(policyOf(call), { code: 'MalformedPolicy' }))
    const inner = `<IsPublic>${isOpen ? 'TRUE' : 'FALSE'}</IsPublic>`
    const body = `<?xml version="1.0" encoding="UTF-8"?>\n<PolicyStatus xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${inner}</PolicyStatus>`
    return { answer: answer(call, 200, { type: 'application/xml', body }) }
  },
  DeleteBucketPolicy: (call) => ({ policy: null, answer: answer(call, 204) }),
}

function policyOf({ kept }: KeptCall): string {
  if (kept?.policy !== undefined) return kept.policy
  throw new Fault({ code: 'NoSuchBucketPolicy', status: 404, message: 'The bucket policy does not exist' })
}

/** Whether a pattern of a policy names the bucket or what is in it, and nothing else. */
function isIn(pattern: string, bucket: string): boolean {
  return pattern === bucket || pattern.startsWith(`${bucket}/`)
}

function otherResource(): Fault {
  return new Fault({ code: 'MalformedPolicy', status: 400, message: 'Policy has invalid resource' })
}

function answer(
  { requestId }: KeptCall,
  status: number,
  { type, body }: { readonly type?: string; readonly body?: string } = {},
): HttpResponse {
  const headers = { 'x-amz-request-id': requestId, ...(type === undefined ? {} : { 'content-type': type }) }
  return { status, headers, body: body ?? '' }
}
