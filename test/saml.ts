import { createCipheriv, publicEncrypt, randomBytes } from 'node:crypto'
import { signXml } from '@node-saml/node-saml/lib/xml.js'
import { type Issued, issue } from './certificate.ts'

/** What a test wants in an assertion; the rest is as it should be. */
export interface Said {
  readonly id?: string
  readonly issuer?: string
  readonly nameId?: string
  readonly issuedAt?: number
  readonly notBefore?: number
  readonly notOnOrAfter?: number
  readonly confirmedUntil?: number
  readonly recipient?: string
  readonly audience?: string
  /** Attributes of the session, by the last part of their name; `undefined` takes one away. */
  readonly own?: Readonly<Record<string, readonly string[] | undefined>>
  /** Other attributes, by name. */
  readonly attributes?: Readonly<Record<string, readonly string[]>>
  /** Put inside of the authentication statement's start. */
  readonly authentication?: string
  /** Put at the end of the assertion. */
  readonly more?: string
}

export interface Signing {
  readonly by?: Issued
  readonly algorithm?: 'sha1' | 'sha256' | 'sha512'
  readonly digest?: 'sha1' | 'sha256' | 'sha512'
}

/** An identity provider with a real key. */
export interface SamlIdentityProvider {
  readonly key: Issued
  readonly entityId: string
  readonly metadata: string
  /** An assertion without a signature. */
  assertion(said?: Said): string
  /** A response without a signature. */
  response(inside: string, said?: Said): string
  /** Signs the response, or its assertion, or an assertion that stands alone. */
  sign(xml: string, what: 'Response' | 'Assertion', signing?: Signing): string
}

export const signIn = 'https://signin.aws.amazon.com/saml'
const own = 'https://aws.amazon.com/SAML/Attributes/'

export function createSamlProvider(pair: string, now: () => number): SamlIdentityProvider {
  const at = now()
  const key = issue({ subject: 'idp.example.com', type: 'rsa', from: at - 1000, to: at + 400 * 86_400_000 })
  const entityId = 'https://idp.example.com/saml'
  let made = 0
  return {
    key,
    entityId,
    metadata: metadataOf(entityId, [key]),
    assertion(said = {}) {
      made += 1
      return assertionOf({ id: `_a${made}`, issuer: entityId, issuedAt: now(), ...said }, pair)
    },
    response(inside, said = {}) {
      made += 1
      return (
        `<samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ID="_r${made}" Version="2.0" ` +
        `IssueInstant="${text(now())}" Destination="${said.recipient ?? signIn}">${issuer(said.issuer ?? entityId)}` +
        '<samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></samlp:Status>' +
        `${inside}</samlp:Response>`
      )
    },
    sign: (xml, what, signing = {}) => signed(xml, what, { by: key, ...signing }),
  }
}

/** The metadata of a provider that signs with some keys. */
export function metadataOf(entityId: string, keys: readonly Issued[]): string {
  const certificates = keys.map(({ body }) => body.replace(/-----[^-]+-----|\s/g, ''))
  const descriptors = certificates.map(
    (one) =>
      '<KeyDescriptor use="signing"><ds:KeyInfo xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><ds:X509Data>' +
      `<ds:X509Certificate>${one}</ds:X509Certificate></ds:X509Data></ds:KeyInfo></KeyDescriptor>`,
  )
  return (
    `<EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" entityID="${entityId}">` +
    '<IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">' +
    `${descriptors.join('')}<SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST" ` +
    'Location="https://idp.example.com/sso"/></IDPSSODescriptor></EntityDescriptor>'
  )
}

/** Encrypts an assertion for a certificate. */
export function encrypted(
  assertion: string,
  { keys }: Issued,
  cipher: 'aes256-gcm' | 'aes128-cbc' = 'aes256-gcm',
): string {
  const gcm = cipher.endsWith('gcm')
  const method = gcm ? `http://www.w3.org/2009/xmlenc11#${cipher}` : `http://www.w3.org/2001/04/xmlenc#${cipher}`
  const { secret, value } = gcm ? sealedByGcm(assertion) : sealedByCbc(assertion)
  const key = publicEncrypt({ key: keys.publicKey, oaepHash: 'sha1' }, secret).toString('base64')
  return (
    '<saml:EncryptedAssertion xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion">' +
    '<xenc:EncryptedData xmlns:xenc="http://www.w3.org/2001/04/xmlenc#" Type="http://www.w3.org/2001/04/xmlenc#Element">' +
    `<xenc:EncryptionMethod Algorithm="${method}"/><ds:KeyInfo xmlns:ds="http://www.w3.org/2000/09/xmldsig#">` +
    '<xenc:EncryptedKey><xenc:EncryptionMethod Algorithm="http://www.w3.org/2001/04/xmlenc#rsa-oaep-mgf1p"/>' +
    `<xenc:CipherData><xenc:CipherValue>${key}</xenc:CipherValue></xenc:CipherData></xenc:EncryptedKey></ds:KeyInfo>` +
    `<xenc:CipherData><xenc:CipherValue>${value}</xenc:CipherValue></xenc:CipherData>` +
    '</xenc:EncryptedData></saml:EncryptedAssertion>'
  )
}

/** The same, the key beside the data and not inside of it. */
export function keyBeside(assertion: string): string {
  const key = /<xenc:EncryptedKey>.*<\/xenc:EncryptedKey>/.exec(assertion)?.[0] ?? ''
  return assertion
    .replace(key, '<ds:RetrievalMethod URI="#_k1"/>')
    .replace(
      '</xenc:EncryptedData>',
      `</xenc:EncryptedData>${key.replace('Key>', 'Key xmlns:xenc="http://www.w3.org/2001/04/xmlenc#" Id="_k1">')}`,
    )
}

function sealedByGcm(text: string) {
  const secret = randomBytes(32)
  const iv = randomBytes(12)
  const cipher = createCipheriv('aes-256-gcm', secret, iv)
  const content = [iv, cipher.update(text, 'utf8'), cipher.final()]
  return { secret, value: Buffer.concat([...content, cipher.getAuthTag()]).toString('base64') }
}

function sealedByCbc(text: string) {
  const secret = randomBytes(16)
  const iv = randomBytes(16)
  const cipher = createCipheriv('aes-128-cbc', secret, iv)
  return { secret, value: Buffer.concat([iv, cipher.update(text, 'utf8'), cipher.final()]).toString('base64') }
}

function signed(xml: string, what: 'Response' | 'Assertion', { by, algorithm = 'sha256', digest = 'sha256' }: Signing) {
  const alone = xml.startsWith('<saml:Assertion')
  const path = what === 'Response' || alone ? '/*' : "/*/*[local-name(.)='Assertion']"
  return signXml(
    xml,
    path,
    { reference: `${path}/*[local-name(.)='Issuer']`, action: 'after' },
    { privateKey: by?.privateKey ?? '', signatureAlgorithm: algorithm, digestAlgorithm: digest },
  )
}

function assertionOf(
  said: Said & { readonly id: string; readonly issuer: string; readonly issuedAt: number },
  pair: string,
) {
  const { id, issuedAt, nameId = 'ann@example.com', notBefore = issuedAt, notOnOrAfter = issuedAt + 3_600_000 } = said
  const confirmed = said.confirmedUntil ?? issuedAt + 300_000
  const session = { Role: [pair], RoleSessionName: ['ann'], ...said.own }
  const attributes = [
    ...Object.entries(session).map(([name, values]) => [`${own}${name}`, values] as const),
    ...Object.entries(said.attributes ?? {}),
  ]
  return (
    `<saml:Assertion xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="${id}" Version="2.0" ` +
    `IssueInstant="${text(issuedAt)}">${issuer(said.issuer)}` +
    `<saml:Subject><saml:NameID Format="urn:oasis:names:tc:SAML:2.0:nameid-format:persistent">${nameId}</saml:NameID>` +
    '<saml:SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:bearer"><saml:SubjectConfirmationData ' +
    `NotOnOrAfter="${text(confirmed)}" Recipient="${said.recipient ?? signIn}"/></saml:SubjectConfirmation></saml:Subject>` +
    `<saml:Conditions NotBefore="${text(notBefore)}" NotOnOrAfter="${text(notOnOrAfter)}"><saml:AudienceRestriction>` +
    `<saml:Audience>${said.audience ?? 'urn:amazon:webservices'}</saml:Audience></saml:AudienceRestriction></saml:Conditions>` +
    `<saml:AuthnStatement AuthnInstant="${text(issuedAt)}"${said.authentication ?? ''}><saml:AuthnContext>` +
    '<saml:AuthnContextClassRef>urn:oasis:names:tc:SAML:2.0:ac:classes:Password</saml:AuthnContextClassRef>' +
    `</saml:AuthnContext></saml:AuthnStatement><saml:AttributeStatement>${attributes.map(attribute).join('')}` +
    `</saml:AttributeStatement>${said.more ?? ''}</saml:Assertion>`
  )
}

function attribute([name, values]: readonly [string, readonly string[] | undefined]): string {
  if (values === undefined) return ''
  const inside = values.map((value) => `<saml:AttributeValue>${value}</saml:AttributeValue>`)
  return `<saml:Attribute Name="${name}">${inside.join('')}</saml:Attribute>`
}

function issuer(name: string): string {
  return `<saml:Issuer xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion">${name}</saml:Issuer>`
}

function text(at: number): string {
  return new Date(at).toISOString()
}
