import { X509Certificate } from 'node:crypto'
import { childrenOf, isNamed, readXml, type XmlElement } from './xml.ts'

/** What a SAML identity provider says of itself. */
export interface SamlMetadata {
  readonly entityId: string
  /** DER. At least one. */
  readonly signingCertificates: readonly Uint8Array[]
  /** Milliseconds since 1970. */
  readonly validUntil: number
}

/**
 * Reads the metadata of a SAML 2.0 identity provider.
 * Gives: `undefined` for what is no such document, or has no certificate that signs.
 */
export function readSamlMetadata(text: string): SamlMetadata | undefined {
  const root = readXml(text)
  if (root === undefined || !isNamed(root, metadata, 'EntityDescriptor')) return undefined
  const entityId = root.attributes.get('entityID') ?? ''
  const roles = childrenOf(root, metadata, 'IDPSSODescriptor')
  const certificates = roles.flatMap(signing).map(certificateIn)
  if (entityId === '' || entityId.length > 1024 || certificates.length === 0) return undefined
  const whole = certificates.filter((certificate) => certificate !== undefined)
  const stated = root.attributes.get('validUntil')
  const ends = stated === undefined ? whole.map(({ validTo }) => Date.parse(validTo)) : [instantOf(stated)]
  const validUntil = Math.max(...ends)
  if (whole.length < certificates.length || !Number.isFinite(validUntil)) return undefined
  return { entityId, signingCertificates: whole.map(({ raw }) => raw), validUntil }
}

const metadata = 'urn:oasis:names:tc:SAML:2.0:metadata'
const signature = 'http://www.w3.org/2000/09/xmldsig#'

/** The elements of the certificates that a role signs with: those for signing, and those for any use. */
function signing(role: XmlElement): readonly XmlElement[] {
  return childrenOf(role, metadata, 'KeyDescriptor')
    .filter(({ attributes }) => (attributes.get('use') ?? 'signing') === 'signing')
    .flatMap((key) => childrenOf(key, signature, 'KeyInfo'))
    .flatMap((info) => childrenOf(info, signature, 'X509Data'))
    .flatMap((data) => childrenOf(data, signature, 'X509Certificate'))
}

function certificateIn({ text }: XmlElement): X509Certificate | undefined {
  const base64 = text.replace(/\s+/g, '')
  if (base64.length > 16_384 || !/^[A-Za-z0-9+/]+={0,2}$/.test(base64)) return undefined
  try {
    return new X509Certificate(Buffer.from(base64, 'base64'))
  } catch {
    return undefined
  }
}

/** Takes: an `xs:dateTime`. Gives: milliseconds since 1970; `NaN` for anything else. */
function instantOf(text: string): number {
  const form = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)?$/
  const [whole, , zone] = form.exec(text.trim()) ?? []
  return whole === undefined ? Number.NaN : Date.parse(zone === undefined ? `${whole}Z` : whole)
}
