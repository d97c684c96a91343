import { createHash } from 'node:crypto'
import type { Context } from '#engine'
import type { SamlProvider } from '#store'
import { type Assertion, ownAttributes } from './saml-assertion.ts'
import type { Tagging } from './tag.ts'

/** What an assertion says of the session that is to be made. */
export interface SessionAttributes extends Tagging {
  readonly Tags: NonNullable<Tagging['Tags']>
  readonly TransitiveTagKeys: NonNullable<Tagging['TransitiveTagKeys']>
  readonly sessionName: string
  readonly sourceIdentity?: string
  /** Seconds. */
  readonly duration?: number
}

/** Whether the assertion gives a role, by a provider, to its subject. */
export function givesRole({ attributes }: Assertion, role: string, provider: string): boolean {
  const pairs = attributes.get(`${ownAttributes}Role`) ?? []
  return pairs.includes(`${role},${provider}`) || pairs.includes(`${provider},${role}`)
}

/** Reads what an assertion says of the session. Gives: what is wrong, in AWS's words. */
export function sessionAttributes(assertion: Assertion): SessionAttributes | string {
  const { attributes } = assertion
  const sessionName = single(assertion, 'RoleSessionName')
  if (sessionName === undefined) return 'RoleSessionName is required in AuthnResponse'
  if (!/^[\w+=,.@-]{2,64}$/.test(sessionName))
    return 'RoleSessionName in AuthnResponse must match [a-zA-Z_0-9+=,.@-]{2,64}'
  const sourceIdentity = single(assertion, 'SourceIdentity')
  if (attributes.has(`${ownAttributes}SourceIdentity`) && !isSourceIdentity(sourceIdentity))
    return 'Source Identity must match [a-zA-Z_0-9+=,.@-]{2,64} and not begin with "aws:"'
  const duration = durationOf(assertion)
  if (typeof duration === 'string') return duration
  const Tags = tagsOf(assertion)
  const TransitiveTagKeys = attributes.get(`${ownAttributes}TransitiveTagKeys`) ?? []
  if (Tags === undefined || !TransitiveTagKeys.every((key) => tagKey.test(key)))
    return 'The session tags in AuthnResponse are not valid'
  return {
    sessionName,
    ...(sourceIdentity === undefined ? {} : { sourceIdentity }),
    ...(duration === undefined ? {} : { duration }),
    Tags,
    TransitiveTagKeys,
  }
}

function single({ attributes }: Assertion, name: string): string | undefined {
  const values = attributes.get(`${ownAttributes}${name}`)
  return values?.length === 1 ? values[0] : undefined
}

function isSourceIdentity(text: string | undefined): boolean {
  return text !== undefined && /^(?!aws:)[\w+=,.@-]{2,64}$/i.test(text)
}

function durationOf(assertion: Assertion): number | undefined | string {
  if (!assertion.attributes.has(`${ownAttributes}SessionDuration`)) return undefined
  const text = single(assertion, 'SessionDuration') ?? ''
  const seconds = /^\d{1,6}$/.test(text) ? Number(text) : 0
  return seconds >= 900 && seconds <= 43_200
    ? seconds
    : 'SessionDuration in AuthnResponse must be between 900 and 43200'
}

function tagsOf({ attributes }: Assertion): SessionAttributes['Tags'] | undefined {
  const prefix = `${ownAttributes}PrincipalTag:`
  const tags: { readonly Key: string; readonly Value: string }[] = []
  for (const [name, values] of attributes) {
    if (!name.startsWith(prefix)) continue
    const Key = name.slice(prefix.length)
    const [Value = ''] = values
    if (values.length !== 1 || !tagKey.test(Key) || !tagValue.test(Value)) return undefined
    tags.push({ Key, Value })
  }
  return tags
}

const tagKey = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]{1,128}$/u
const tagValue = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]{0,256}$/u

/** The same for the same subject of the same provider, whatever the assertion. */
export function nameQualifier({ issuer }: Assertion, { account, name }: SamlProvider): string {
  return createHash('sha1').update(`${issuer}${account}/${name}`).digest('base64')
}

/** How the name id is to be understood: `persistent`, or a whole URN of another specification. */
export function subjectType({ format }: Assertion): string | undefined {
  return format?.replace(/^urn:oasis:names:tc:SAML:2\.0:nameid-format:/, '')
}

/** What an assertion says, as condition keys. */
export function samlKeys(assertion: Assertion, provider: SamlProvider): Context {
  const { confirmation, issuer, nameId, attributes } = assertion
  const values: Record<string, string | readonly string[]> = {}
  for (const [name, keys] of known)
    for (const key of keys) {
      const given = attributes.get(name)
      if (given === undefined) continue
      const before = values[`saml:${key}`]
      values[`saml:${key}`] = [...(typeof before === 'object' ? before : []), ...given]
    }
  for (const [key, given] of Object.entries(values))
    if (given.length === 1 && !/^saml:edu/.test(key)) values[key] = given[0] ?? ''
  const type = subjectType(assertion)
  return {
    ...values,
    'saml:aud': confirmation.recipient,
    'saml:doc': `${provider.account}/${provider.name}`,
    'saml:iss': issuer,
    'saml:namequalifier': nameQualifier(assertion, provider),
    'saml:sub': nameId,
    ...(type === undefined ? {} : { 'saml:sub_type': type }),
  }
}

/** The names that providers give to what policies can ask for, by the identifiers of their directories. */
const known: readonly (readonly [string, readonly string[]])[] = [
  ...[
    'eduPersonAffiliation',
    'eduPersonNickname',
    'eduPersonOrgDN',
    'eduPersonOrgUnitDN',
    'eduPersonPrimaryAffiliation',
    'eduPersonPrincipalName',
    'eduPersonEntitlement',
    'eduPersonPrimaryOrgUnitDN',
    'eduPersonScopedAffiliation',
    'eduPersonTargetedID',
    'eduPersonAssurance',
  ].map((key, index) => [`urn:oid:1.3.6.1.4.1.5923.1.1.1.${index + 1}`, [key]] as const),
  ...[
    'eduOrgHomePageURI',
    'eduOrgIdentityAuthNPolicyURI',
    'eduOrgLegalName',
    'eduOrgSuperiorURI',
    'eduOrgWhitePagesURI',
  ].map((key, index) => [`urn:oid:1.3.6.1.4.1.5923.1.2.1.${index + 2}`, [key]] as const),
  ['urn:oid:2.5.4.3', ['cn', 'commonName']],
  ['urn:oid:2.5.4.4', ['surname']],
  ['urn:oid:2.5.4.42', ['givenName']],
  ['urn:oid:2.5.4.45', ['x500UniqueIdentifier']],
  ['urn:oid:0.9.2342.19200300.100.1.1', ['uid']],
  ['urn:oid:0.9.2342.19200300.100.1.3', ['mail']],
  ['urn:oid:0.9.2342.19200300.100.1.45', ['organizationStatus']],
  ['http://schemas.xmlsoap.org/ws/2005/05/identity/claims/name', ['name']],
  ['http://schemas.xmlsoap.org/claims/CommonName', ['commonName']],
  ['http://schemas.xmlsoap.org/ws/2005/05/identity/claims/givenname', ['givenName']],
  ['http://schemas.xmlsoap.org/ws/2005/05/identity/claims/surname', ['surname']],
  ['http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress', ['mail']],
  ['http://schemas.microsoft.com/ws/2008/06/identity/claims/primarygroupsid', ['primaryGroupSID']],
]
