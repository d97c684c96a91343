import { managedDocument, packedSize } from '#access'
import { parse } from '#engine'
import { Fault } from '#protocol'
import type { World } from '../operation.ts'
import type { SessionTags } from './tag.ts'

/** The session policies of a call that makes a session. */
export interface Limiting {
  readonly Policy?: string | undefined
  readonly PolicyArns?: readonly { readonly arn?: string | undefined }[] | undefined
}

export interface SessionPolicies {
  readonly policies?: readonly string[]
  readonly policyArns?: readonly string[]
}

/** Characters that the inline policy and the managed ones' ARNs may have together. */
const mostPlain = 2048
const mostManaged = 10
/** Bytes that policies and tags may have when they are compressed; the token has to fit into a header. */
const mostPacked = 2048

/**
 * Reads the session policies.
 * Takes: the account whose managed policies may be named, besides AWS's.
 * Errors: `MalformedPolicyDocument`, `PackedPolicyTooLarge`, `ValidationError`.
 */
export async function sessionPolicies(
  { Policy, PolicyArns = [] }: Limiting,
  account: string,
  world: World<'MalformedPolicyDocument' | 'PackedPolicyTooLarge'>,
): Promise<SessionPolicies> {
  const { fault, tables } = world
  if (Policy !== undefined) {
    const { policy, problems } = parse(Policy, 'session')
    if (policy === undefined || problems.length > 0)
      throw fault('MalformedPolicyDocument', problems[0]?.message ?? 'Syntax errors in policy.')
  }
  if (PolicyArns.length > mostManaged)
    throw fault('ValidationError', `The number of managed session policies exceeds the limit of ${mostManaged}.`)
  const policyArns = PolicyArns.map(({ arn = '' }) => arn)
  const plain = [Policy ?? '', ...policyArns].reduce((sum, text) => sum + text.length, 0)
  if (plain > mostPlain) throw tooLarge(Math.ceil((plain * 100) / mostPlain))
  for (const arn of policyArns)
    if ((await managedDocument(arn, account, tables)) === undefined)
      throw fault('MalformedPolicyDocument', `The policy ${arn} does not exist in the account of the role.`)
  return {
    ...(Policy === undefined ? {} : { policies: [Policy] }),
    ...(policyArns.length === 0 ? {} : { policyArns }),
  }
}

/**
 * How much of its allotted space a session's policies and tags take, in percent.
 * Gives: `undefined` when it has neither. Errors: `PackedPolicyTooLarge`.
 */
export function packedShare({ policies, policyArns, tags }: SessionPolicies & SessionTags): number | undefined {
  if (policies === undefined && policyArns === undefined && tags.length === 0) return undefined
  const packed = packedSize([policies, policyArns, tags])
  const share = Math.ceil((packed * 100) / mostPacked)
  if (share > 100) throw tooLarge(share)
  return share
}

function tooLarge(share: number): Fault {
  const message = `Packed policy consumes ${share}% of allotted space, please use smaller policy.`
  return new Fault({ code: 'PackedPolicyTooLarge', status: 400, message })
}
