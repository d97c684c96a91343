import { childrenOf, elementsOf, isNamed, readXml, type XmlElement } from '../xml.ts'
import { encryptionProblem, signatureProblem } from './saml-shape.ts'

export const samlNamespace = 'urn:oasis:names:tc:SAML:2.0:assertion'
export const protocolNamespace = 'urn:oasis:names:tc:SAML:2.0:protocol'
const signatureNamespace = 'http://www.w3.org/2000/09/xmldsig#'

/** A response of an identity provider, of which nothing is believed yet. */
export interface SamlDocument {
  /** With the line ends of XML. */
  readonly text: string
  readonly root: XmlElement
  readonly signed: boolean
  /** `Assertion` or `EncryptedAssertion`. */
  readonly assertion: XmlElement
}

/** What an element of a document is, or what is wrong with it. */
export type Read<Value> = Value | { readonly why: string }

/** Elements, and attributes, of one document. What the library does with them takes a tenth of a millisecond each. */
const mostElements = 1000
const mostAttributes = 2000

/** Takes: the text of a call, in Base64. */
export function readDocument(base64: string): Read<{ readonly text: string; readonly root: XmlElement }> {
  const packed = base64.replace(/[\r\n\t ]+/g, '')
  if (packed.length % 4 !== 0 || !/^[A-Za-z0-9+/]+={0,2}$/.test(packed)) return { why: 'it is not Base64' }
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(packed, 'base64'))
    const lines = text.replace(/\r\n?/g, '\n')
    const root = readMarkup(lines)
    return 'why' in root ? root : { text: lines, root }
  } catch {
    return { why: 'it is not UTF-8' }
  }
}

/**
 * Reads XML that holds elements and text, and nothing else.
 * INVARIANT: comments, sections, instructions and document types are refused before any other reader sees them:
 * readers differ in what they make of them, and no identity provider needs them.
 */
export function readMarkup(text: string): Read<XmlElement> {
  if (text.includes('<!')) return { why: 'it has a document type, a comment or a CDATA section' }
  if (text.replace(/^<\?xml[ \t\n][^?<]*\?>/, '').includes('<?')) return { why: 'it has a processing instruction' }
  if ((text.match(/=[ \t\n]*["']/g)?.length ?? 0) > mostAttributes)
    return { why: `it has more than ${mostAttributes} attributes` }
  return readXml(text) ?? { why: 'it is not well-formed, or nested too deep' }
}

/**
 * Holds a response to the one shape that is taken: one assertion, directly inside; signatures only of those two.
 * What other shapes there are, are those of signature wrapping.
 */
export function shapedResponse(text: string, root: XmlElement): Read<SamlDocument> {
  if (!isNamed(root, protocolNamespace, 'Response')) return { why: 'it is no SAML 2.0 response' }
  const all = elementsOf(root)
  const problem = commonProblem(all) ?? nameProblem(all, 'Response', [root])
  if (problem !== undefined) return { why: problem }
  const assertions = all.filter(({ name }) => name === 'Assertion' || name === 'EncryptedAssertion')
  const [assertion] = assertions
  if (assertion === undefined) return { why: 'it has no assertion' }
  if (assertions.length > 1) return { why: 'it has more than one assertion' }
  if (!root.children.includes(assertion) || assertion.namespace !== samlNamespace)
    return { why: 'its assertion is not directly inside the response' }
  const wrong = signaturesProblem(all, assertion.name === 'Assertion' ? [root, assertion] : [root])
  if (wrong !== undefined) return { why: wrong }
  const encryption = assertion.name === 'Assertion' ? undefined : encryptionProblem(assertion)
  if (encryption !== undefined) return { why: encryption }
  return { text, root, assertion, signed: isSigned(root) }
}

/** Holds an assertion that stands alone to its shape. Gives: what is wrong. */
export function assertionProblem(root: XmlElement): string | undefined {
  if (!isNamed(root, samlNamespace, 'Assertion')) return 'it is no SAML 2.0 assertion'
  const all = elementsOf(root)
  return (
    commonProblem(all) ??
    nameProblem(all, 'Assertion', [root]) ??
    nameProblem(all, 'EncryptedAssertion', []) ??
    nameProblem(all, 'Response', []) ??
    signaturesProblem(all, [root])
  )
}

/** Whether an element carries a signature; that it is a good one is not said. */
export function isSigned(element: XmlElement): boolean {
  return childrenOf(element, signatureNamespace, 'Signature').length > 0
}

function commonProblem(all: readonly XmlElement[]): string | undefined {
  if (all.length > mostElements) return `it has more than ${mostElements} elements`
  const ids = new Set<string>()
  for (const { attributes } of all)
    for (const name of ['ID', 'Id', 'id']) {
      const id = attributes.get(name)
      if (id !== undefined && ids.has(id)) return `two elements have the id ${id.slice(0, 100).toWellFormed()}`
      if (id !== undefined) ids.add(id)
    }
  return undefined
}

function nameProblem(all: readonly XmlElement[], name: string, expected: readonly XmlElement[]): string | undefined {
  const found = all.filter((element) => element.name === name)
  const same = found.length === expected.length && found.every((element) => expected.includes(element))
  return same ? undefined : `an element ${name} is where none may be`
}

function signaturesProblem(all: readonly XmlElement[], owners: readonly XmlElement[]): string | undefined {
  const signatures = all.filter(({ name }) => name === 'Signature')
  for (const owner of owners) {
    const own = childrenOf(owner, signatureNamespace, 'Signature')
    const [signature] = own
    if (own.length > 1) return `${owner.name} has more than one signature`
    const id = owner.attributes.get('ID') ?? ''
    if (!/^[A-Za-z_][\w.-]{0,255}$/.test(id)) return `${owner.name} has no ID that is a name`
    const problem = signature && signatureProblem(signature, id)
    if (problem !== undefined) return problem
  }
  const owned = owners.flatMap((owner) => childrenOf(owner, signatureNamespace, 'Signature'))
  return owned.length === signatures.length ? undefined : 'a signature is where none may be'
}
