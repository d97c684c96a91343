import { childrenOf, type XmlElement } from '../xml.ts'
import { type Read, samlNamespace } from './saml-document.ts'

/** What a provider says of somebody. Moments are milliseconds since 1970. */
export interface Assertion {
  readonly id: string
  readonly issuer: string
  readonly issuedAt: number
  readonly nameId: string
  /** Of the name id. */
  readonly format?: string
  readonly confirmation: Confirmation
  readonly conditions: Conditions
  /** When the session at the provider ends. */
  readonly sessionEnds?: number
  /** Texts by the attribute's name; attributes with other values are absent. */
  readonly attributes: ReadonlyMap<string, readonly string[]>
}

export interface Confirmation {
  readonly recipient: string
  readonly notBefore?: number
  readonly notOnOrAfter: number
}

export interface Conditions {
  readonly notBefore?: number
  readonly notOnOrAfter?: number
  /** One list for each restriction: one of each has to be met. */
  readonly audiences: readonly (readonly string[])[]
}

const bearer = 'urn:oasis:names:tc:SAML:2.0:cm:bearer'
const understood = ['AudienceRestriction', 'OneTimeUse', 'ProxyRestriction']

/** Reads an assertion whose signature is genuine. Source: SAML 2.0 core, section 2; its web browser profile, section 4.1.4.2. */
export function readAssertion(element: XmlElement): Read<Assertion> {
  try {
    const id = attributeOf(element, 'ID')
    if (attributeOf(element, 'Version') !== '2.0') throw new Unfit('its version is not 2.0')
    const subject = only(element, 'Subject')
    const nameId = only(subject, 'NameID')
    const format = nameId.attributes.get('Format')
    const ends = sessionEnd(element)
    return {
      id,
      issuer: textOf(only(element, 'Issuer')),
      issuedAt: moment(attributeOf(element, 'IssueInstant')),
      nameId: textOf(nameId),
      ...(format === undefined ? {} : { format }),
      confirmation: confirmationIn(subject),
      conditions: conditionsIn(only(element, 'Conditions')),
      ...(ends === undefined ? {} : { sessionEnds: ends }),
      attributes: attributesIn(element),
    }
  } catch (cause) {
    if (cause instanceof Unfit) return { why: cause.message }
    throw cause
  }
}

class Unfit extends Error {}

function only(parent: XmlElement, name: string): XmlElement {
  const [found, ...more] = childrenOf(parent, samlNamespace, name)
  if (found === undefined) throw new Unfit(`its ${parent.name} has no ${name}`)
  if (more.length > 0) throw new Unfit(`its ${parent.name} has more than one ${name}`)
  return found
}

/** Text without elements in it, and not nothing. */
function textOf({ name, children, text }: XmlElement): string {
  if (children.length > 0) throw new Unfit(`its ${name} has elements inside`)
  if (text.trim() === '' || text.length > 2048) throw new Unfit(`its ${name} is empty or too long`)
  return text
}

function attributeOf({ name, attributes }: XmlElement, attribute: string): string {
  const found = attributes.get(attribute) ?? ''
  if (found === '') throw new Unfit(`its ${name} has no ${attribute}`)
  return found
}

/** INVARIANT: a moment has a time zone; without one it would be whatever the server's is. */
function moment(text: string): number {
  const at = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)$/.test(text) ? Date.parse(text) : Number.NaN
  if (Number.isNaN(at)) throw new Unfit('a time of it is none')
  return at
}

function optional<Name extends string>({ attributes }: XmlElement, attribute: string, name: Name) {
  const text = attributes.get(attribute)
  return (text === undefined ? {} : { [name]: moment(text) }) as { readonly [Key in Name]?: number }
}

function confirmationIn(subject: XmlElement): Confirmation {
  const confirmation = only(subject, 'SubjectConfirmation')
  if (attributeOf(confirmation, 'Method') !== bearer) throw new Unfit('its subject is not confirmed as a bearer')
  const data = only(confirmation, 'SubjectConfirmationData')
  return {
    recipient: attributeOf(data, 'Recipient'),
    ...optional(data, 'NotBefore', 'notBefore'),
    notOnOrAfter: moment(attributeOf(data, 'NotOnOrAfter')),
  }
}

function conditionsIn(conditions: XmlElement): Conditions {
  const unknown = conditions.children.find(
    ({ name, namespace }) => namespace !== samlNamespace || !understood.includes(name),
  )
  if (unknown !== undefined) throw new Unfit(`its condition ${unknown.name.slice(0, 100)} is not understood`)
  const restrictions = childrenOf(conditions, samlNamespace, 'AudienceRestriction')
  return {
    ...optional(conditions, 'NotBefore', 'notBefore'),
    ...optional(conditions, 'NotOnOrAfter', 'notOnOrAfter'),
    audiences: restrictions.map((restriction) => childrenOf(restriction, samlNamespace, 'Audience').map(textOf)),
  }
}

/** The first moment at which a session at the provider ends. */
function sessionEnd(element: XmlElement): number | undefined {
  const statements = childrenOf(element, samlNamespace, 'AuthnStatement')
  if (statements.length === 0) throw new Unfit('it does not say how its subject was authenticated')
  const ends = statements.flatMap(({ attributes }) => attributes.get('SessionNotOnOrAfter') ?? []).map(moment)
  return ends.length === 0 ? undefined : Math.min(...ends)
}

function attributesIn(element: XmlElement): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, readonly string[]>()
  const statements = childrenOf(element, samlNamespace, 'AttributeStatement')
  for (const attribute of statements.flatMap((one) => childrenOf(one, samlNamespace, 'Attribute'))) {
    const name = attributeOf(attribute, 'Name')
    if (found.has(name)) throw new Unfit(`it has the attribute ${name.slice(0, 200).toWellFormed()} twice`)
    found.set(name, valuesIn(attribute, name))
  }
  return new Map([...found].filter(([, values]) => values.length > 0))
}

function valuesIn(attribute: XmlElement, name: string): readonly string[] {
  const values = childrenOf(attribute, samlNamespace, 'AttributeValue')
  const plain = attribute.children.length === values.length && values.every(({ children }) => children.length === 0)
  if (plain) return values.map(({ text }) => text)
  if (name.startsWith(ownAttributes)) throw new Unfit(`its attribute ${name.slice(0, 200).toWellFormed()} is no text`)
  return []
}

/** What the names of the attributes begin with that are meant for AWS. */
export const ownAttributes = 'https://aws.amazon.com/SAML/Attributes/'
