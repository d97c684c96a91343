import type { DecidingStatement } from './explanation.ts'
import type { Request } from './request.ts'
import { isForTrust, isRootAssuming, needsNoPermission } from './trust.ts'
import type { DenyingLayer, Outlook, Verdict } from './verdict.ts'

/** What decided, in plain words. */
export function reasonFor(
  verdict: Verdict | Outlook,
  deciding: readonly DecidingStatement[],
  request: Request,
): string {
  const { decision, deniedBy } = verdict
  if ('needs' in verdict && decision === 'unknown') return `It depends on ${verdict.needs.join(', ')}.`
  if (decision === 'allowed') return allowedReason(deciding, request)
  if (deniedBy === undefined) return ''
  const name = deniedBy === 'resource' && isForTrust(request) ? 'role trust policy' : layerNames[deniedBy]
  if (decision === 'explicitDeny') return `A Deny in the ${name} matches; an explicit deny wins over every Allow.`
  if (isRootAssuming(request)) return 'Root credentials cannot assume roles (S-4).'
  if (deniedBy === 'scp' || deniedBy === 'rcp') return `A level of the ${name} has no Allow that matches (O-2).`
  return `No Allow in the ${name} matches, and it is needed.`
}

function allowedReason(deciding: readonly DecidingStatement[], request: Request): string {
  if (needsNoPermission(request)) return 'This action needs no permission (S-30, S-31).'
  if (deciding.length === 0) return 'The root user is allowed everything in its account (S-1).'
  const layers = [...new Set(deciding.map(({ layer }) => layerNames[layer]))]
  return `Allowed by the ${layers.join(' and the ')}.`
}

const layerNames: Readonly<Record<DenyingLayer, string>> = {
  identity: 'identity policies',
  resource: 'resource policy',
  permissionsBoundary: 'permissions boundary',
  session: 'session policies',
  scp: 'service control policies',
  rcp: 'resource control policies',
  vpcEndpoint: 'VPC endpoint policy',
}
