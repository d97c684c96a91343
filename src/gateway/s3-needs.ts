import type { Context } from '#engine'
import type { HttpRequest } from '#protocol'
import { describe, identifyTarget, notCovered } from './describe/index.ts'

/** What a request to S3 needs, as far as its head tells. */
export interface S3Needs {
  readonly needs: readonly { readonly action: string; readonly resource: string; readonly context: Context }[]
  /** Condition keys, in small letters, whose values the request does not tell. */
  readonly unknown: readonly string[]
}

/**
 * Says what a request to S3 needs, of which the head alone is at hand.
 * Errors: `AccessDenied` "not covered" for what only the body or the store itself tells.
 */
export function describeS3(
  request: HttpRequest,
  { account, region }: { readonly account: string; readonly region: string },
): S3Needs {
  const target = identifyTarget(request, { services: ['s3'], bucketDomains: [] })
  if (target.needsBody) throw notCovered(`s3:${target.operation ?? 'unknown'}`, 'its body says what it touches')
  const { needs, operation } = describe(target, { request, account, region, partition: 'aws' })
  if (needs.some(({ late }) => late !== undefined))
    throw notCovered(`s3:${operation}`, 'the store alone knows what it touches')
  return { needs, unknown: needs.flatMap(({ unknown = [] }) => unknown.map(({ key }) => key.toLowerCase())) }
}
