import type { XmlElement } from '../xml.ts'
import {
  assertionProblem,
  isSigned,
  type Read,
  readMarkup,
  type SamlDocument,
  shapedResponse,
} from './saml-document.ts'

/** What a provider's word is verified with. */
export interface Keys {
  /** In PEM; of the provider's metadata, and of nothing that the document says of itself. */
  readonly certificates: readonly string[]
  /** In PEM. */
  readonly privateKeys: readonly string[]
  readonly encryptionRequired: boolean
}

/** An assertion that a provider signed, read from the very bytes that it signed. */
export interface Signed {
  readonly assertion: XmlElement
  /** The response around it; signed or not. */
  readonly response: XmlElement
}

// Loaded by the first call that needs it: few installations ever do.
const load = () => import('@node-saml/node-saml/lib/xml.js')
type Tools = Awaited<ReturnType<typeof load>>

/** Verifies every signature of a response, of which there has to be one; decrypts what is encrypted. */
export async function signedAssertion(document: SamlDocument, keys: Keys): Promise<Read<Signed>> {
  const encrypted = document.assertion.name === 'EncryptedAssertion'
  if (keys.certificates.length === 0) return { why: 'the metadata has no current certificate with an RSA key' }
  if (keys.encryptionRequired && !encrypted) return { why: 'the provider requires that assertions are encrypted' }
  const tools = await load()
  const response = document.signed ? await signedResponse(document, { tools, keys }) : document
  if ('why' in response) return response
  const found = encrypted
    ? await openedAssertion(response, { tools, keys })
    : await plainAssertion(document, response, { tools, keys })
  return 'why' in found ? found : { assertion: found, response: response.root }
}

interface Bench {
  readonly tools: Tools
  readonly keys: Keys
}

/** The response as it was signed, read again. */
async function signedResponse(document: SamlDocument, bench: Bench): Promise<Read<SamlDocument>> {
  const text = await verified(document.text, '/*', bench)
  if (text === undefined) return { why: 'the signature of the response is not by a certificate of the provider' }
  const root = readMarkup(text)
  if ('why' in root) return root
  const shaped = shapedResponse(text, root)
  // What is covered is without the signature that covers it.
  return 'why' in shaped ? shaped : { ...shaped, signed: true }
}

async function plainAssertion(given: SamlDocument, response: SamlDocument, bench: Bench): Promise<Read<XmlElement>> {
  if (!isSigned(given.assertion))
    return given.signed ? response.assertion : { why: 'neither the response nor its assertion is signed' }
  const text = await verified(given.text, "/*/*[local-name(.)='Assertion']", bench)
  if (text === undefined) return { why: 'the signature of the assertion is not by a certificate of the provider' }
  return readAlone(text)
}

async function openedAssertion(response: SamlDocument, bench: Bench): Promise<Read<XmlElement>> {
  if (bench.keys.privateKeys.length === 0)
    return { why: 'the assertion is encrypted, and the provider has no private key' }
  const text = await opened(response.text, bench)
  if (text === undefined) return { why: 'no private key of the provider opens the assertion' }
  const lines = text.replace(/\r\n?/g, '\n')
  const inside = readAlone(lines)
  if ('why' in inside) return { why: `of the assertion that was encrypted: ${inside.why}` }
  if (!isSigned(inside))
    return response.signed ? inside : { why: 'neither the response nor its encrypted assertion is signed' }
  const signed = await verified(lines, '/*', bench)
  if (signed === undefined)
    return { why: 'the signature of the encrypted assertion is not by a certificate of the provider' }
  return readAlone(signed)
}

function readAlone(text: string): Read<XmlElement> {
  const root = readMarkup(text)
  if ('why' in root) return root
  const problem = assertionProblem(root)
  return problem === undefined ? root : { why: problem }
}

/**
 * Gives: the canonical text of what the signature of an element covers; `undefined` when it is by nobody who is trusted.
 * INVARIANT: whatever the library throws is a refusal. It is given what is hostile.
 */
async function verified(text: string, path: string, { tools, keys }: Bench): Promise<string | undefined> {
  try {
    const document = await tools.parseDomFromString(text)
    const found = tools.xpath.selectElements(document, path)
    const [element] = found
    if (element === undefined || found.length > 1) return undefined
    return tools.getVerifiedXml(text, element, [...keys.certificates]) ?? undefined
  } catch {
    return undefined
  }
}

async function opened(text: string, { tools, keys }: Bench): Promise<string | undefined> {
  for (const key of keys.privateKeys)
    try {
      const document = await tools.parseDomFromString(text)
      const [element] = tools.xpath.selectElements(document, "/*/*[local-name(.)='EncryptedAssertion']")
      return await tools.decryptXml(String(element), key)
    } catch {
      // Another key may open it.
    }
  return undefined
}
