import type { Ask, Call } from './call.ts'
import { unknownKey } from './key.ts'
import { notCovered, shown } from './refusal.ts'

/**
 * The permission to pass a role to a service; none where the call names no role.
 * Takes: the role as the request names it; the service that will take it: `lambda.amazonaws.com`.
 * Errors: "not covered" for what is no ARN of a role.
 */
export function passRole(call: Call, role: string | undefined, service: string): readonly Ask[] {
  if (role === undefined || role === '') return []
  const { partition } = call.arrived
  if (!new RegExp(`^arn:${partition}:iam::\\d{12}:role/[\\x21-\\x7E]+$`).test(role))
    throw notCovered(`${call.service}:${call.operation.name}`, `${shown(role)} is not the ARN of a role`)
  const unknown = [unknownKey('iam:AssociatedResourceArn', role)]
  return [{ action: 'iam:PassRole', resource: role, context: { 'iam:PassedToService': service }, unknown }]
}
