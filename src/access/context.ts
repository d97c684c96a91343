import type { Context } from '#engine'
import { type HttpRequest, header } from '#protocol'
import type { Tag } from '#store'
import type { AccountCaller } from './caller.ts'

type Values = Record<string, string | readonly string[]>

const principalTypes = {
  root: 'Account',
  user: 'User',
  federatedUser: 'FederatedUser',
  assumedRole: 'AssumedRole',
  // Nobody of an account: the request has no signature.
  webIdentity: 'Anonymous',
  saml: 'Anonymous',
  certificate: 'Service',
  nobody: 'Anonymous',
} as const

/** The keys of a request that do not depend on what it touches. Source: policy semantics, sections 9.1 and 9.2. */
export function requestContext(caller: AccountCaller, request: HttpRequest, now: number): Context {
  const { principal, kind } = caller
  const vouched = principal.type === 'webIdentity' || principal.type === 'saml' || principal.type === 'anonymous'
  const values: Values = {
    ...caller.claims,
    'aws:CurrentTime': dateText(now),
    'aws:EpochTime': String(Math.floor(now / 1000)),
    'aws:PrincipalAccount': vouched ? 'anonymous' : caller.account,
    'aws:PrincipalIsAWSService': 'false',
    'aws:PrincipalType': principalTypes[kind],
    'aws:RequestedRegion': caller.region,
    'aws:SecureTransport': String(request.secure),
    'aws:UserAgent': header(request, 'user-agent') ?? '',
    'aws:ViaAWSService': 'false',
    'aws:userid': vouched ? 'anonymous' : caller.userId,
  }
  if (principal.type === 'service') return ofService(values, principal.service, caller)
  // Where somebody is spoken for, it is not known from where they would ask.
  if (request.remoteAddress !== '') values['aws:SourceIp'] = request.remoteAddress
  if (!vouched) values['aws:PrincipalArn'] = principal.type === 'assumedRole' ? principal.roleArn : principal.arn
  if (kind === 'user') values['aws:username'] = caller.name
  const referer = header(request, 'referer')
  if (referer !== undefined) values['aws:referer'] = referer
  for (const { key, value } of caller.tags) values[`aws:PrincipalTag/${key}`] = value
  addSession(values, caller, now)
  return values
}

/** The keys of a request that a service makes: it belongs to no account, and has the tags of the session that it asks for. */
function ofService(values: Values, service: string, { tags }: AccountCaller): Context {
  const { 'aws:PrincipalAccount': _account, 'aws:PrincipalType': _type, 'aws:userid': _userId, ...others } = values
  return {
    ...others,
    ...Object.fromEntries(tags.map(({ key, value }) => [`aws:PrincipalTag/${key}`, value])),
    'aws:PrincipalIsAWSService': 'true',
    'aws:PrincipalServiceName': service,
    'aws:PrincipalServiceNamesList': [service],
  }
}

/** The keys of a request that depend on what it touches. */
export function resourceContext(account: string, tags: readonly Tag[] = []): Context {
  const values: Values = { 'aws:ResourceAccount': account }
  for (const { key, value } of tags) {
    values[`aws:ResourceTag/${key}`] = value
    values[`iam:ResourceTag/${key}`] = value
  }
  return values
}

function addSession(values: Values, { session }: AccountCaller, now: number): void {
  if (session === undefined) return
  const { issuedAt, mfaAt, sourceIdentity, federatedProvider, keys } = session
  Object.assign(values, keys)
  values['aws:TokenIssueTime'] = dateText(issuedAt)
  values['aws:MultiFactorAuthPresent'] = String(mfaAt !== undefined)
  if (mfaAt !== undefined) values['aws:MultiFactorAuthAge'] = String(Math.max(0, Math.floor((now - mfaAt) / 1000)))
  if (sourceIdentity !== undefined) values['aws:SourceIdentity'] = sourceIdentity
  if (federatedProvider !== undefined) values['aws:FederatedProvider'] = federatedProvider
}

let last = { second: Number.NaN, text: '' }

/** Requests that come together are mostly of one second, so the last one is remembered. */
function dateText(at: number): string {
  const second = Math.floor(at / 1000)
  if (second !== last.second) last = { second, text: `${new Date(second * 1000).toISOString().slice(0, 19)}Z` }
  return last.text
}
