import { hash } from 'node:crypto'
import { Fault } from '#protocol'
import { textIn } from '../describe/call.ts'
import { checkedPolicy } from './document.ts'
import { json, type KeptCall, type KeptOperation } from './operation.ts'

type Operations = Readonly<Record<string, KeptOperation>>

/** The policies of keys. Source: AWS Key Management Service API Reference. */
export const kmsKept: Operations = {
  PutKeyPolicy(call) {
    const policy = needed(call, 'Policy', 'ValidationException')
    checkedPolicy(policy, { code: 'MalformedPolicyDocumentException', most: 32_768 })
    return { policy, answer: json(call, {}) }
  },
  GetKeyPolicy: (call) => ({
    answer: json(call, { Policy: call.kept?.policy ?? defaultKeyPolicy(call), PolicyName: 'default' }),
  }),
  ListKeyPolicies: (call) => ({ answer: json(call, { PolicyNames: ['default'], Truncated: false }) }),
}

/** The policy of a key that nobody gave one: it leaves all to the policies of the account. */
export function defaultKeyPolicy({ account }: Pick<KeptCall, 'account'>): string {
  const statement = {
    Sid: 'Enable IAM User Permissions',
    Effect: 'Allow',
    Principal: { AWS: `arn:aws:iam::${account}:root` },
    Action: 'kms:*',
    Resource: '*',
  }
  return JSON.stringify({ Version: '2012-10-17', Id: 'key-default-1', Statement: [statement] })
}

/** The policies of secrets. Source: AWS Secrets Manager API Reference. */
export const secretsKept: Operations = {
  PutResourcePolicy(call) {
    const policy = needed(call, 'ResourcePolicy', 'InvalidParameterException')
    checkedPolicy(policy, { code: 'MalformedPolicyDocumentException' })
    return { policy, answer: json(call, secretOf(call)) }
  },
  GetResourcePolicy(call) {
    const { policy } = call.kept ?? {}
    return { answer: json(call, { ...secretOf(call), ...(policy === undefined ? {} : { ResourcePolicy: policy }) }) }
  },
  DeleteResourcePolicy: (call) => ({ policy: null, answer: json(call, secretOf(call)) }),
}

function secretOf({ arn }: KeptCall): { readonly ARN: string; readonly Name: string } {
  return {
    ARN: arn,
    Name: arn
      .split(':')
      .slice(6)
      .join(':')
      .replace(/-[^-]{6}$/, ''),
  }
}

/** The policies of tables and streams. Source: Amazon DynamoDB API Reference. */
export const dynamodbKept: Operations = {
  PutResourcePolicy(call) {
    const policy = needed(call, 'Policy', 'ValidationException')
    checkedPolicy(policy, { code: 'ValidationException' })
    return { policy, answer: json(call, { RevisionId: revisionOf(policy) }) }
  },
  GetResourcePolicy(call) {
    const Policy = call.kept?.policy
    if (Policy === undefined) throw absent('PolicyNotFoundException', `Resource-based policy not found for ${call.arn}`)
    return { answer: json(call, { Policy, RevisionId: revisionOf(Policy) }) }
  },
  DeleteResourcePolicy: (call) => ({ policy: null, answer: json(call, {}) }),
}

/** The policies of streams. Source: Amazon Kinesis Data Streams API Reference. */
export const kinesisKept: Operations = {
  PutResourcePolicy(call) {
    const policy = needed(call, 'Policy', 'InvalidArgumentException')
    checkedPolicy(policy, { code: 'InvalidArgumentException' })
    return { policy, answer: json(call, {}) }
  },
  GetResourcePolicy(call) {
    const Policy = call.kept?.policy
    if (Policy === undefined) throw absent('ResourceNotFoundException', `Policy not found for ${call.arn}`)
    return { answer: json(call, { Policy }) }
  },
  DeleteResourcePolicy: (call) => ({ policy: null, answer: json(call, {}) }),
}

export function absent(code: string, message: string, status = 400): Fault {
  return new Fault({ code, status, message })
}

export function needed({ input }: KeptCall, name: string, code: string): string {
  const text = textIn(input, name)
  if (text !== undefined && text !== '') return text
  throw new Fault({ code, status: 400, message: `The member ${name} is missing.` })
}

/** Changes with the policy. */
export function revisionOf(policy: string): string {
  const digits = hash('sha256', policy)
  return `${digits.slice(0, 8)}-${digits.slice(8, 12)}-${digits.slice(12, 16)}-${digits.slice(16, 20)}-${digits.slice(20, 32)}`
}
