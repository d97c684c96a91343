import { childrenOf, elementsOf, type XmlElement } from '../xml.ts'

const signing = 'http://www.w3.org/2000/09/xmldsig#'
const encrypting = 'http://www.w3.org/2001/04/xmlenc#'

const enveloped = 'http://www.w3.org/2000/09/xmldsig#enveloped-signature'
const canonical = ['http://www.w3.org/2001/10/xml-exc-c14n#', 'http://www.w3.org/2001/10/xml-exc-c14n#WithComments']

// DIFFERS: SHA-1 is refused in signatures, whatever a provider's own rules are.
const signatures = [
  'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256',
  'http://www.w3.org/2001/04/xmldsig-more#rsa-sha512',
  'http://www.w3.org/2007/05/xmldsig-more#sha256-rsa-MGF1',
]
const digests = ['http://www.w3.org/2001/04/xmlenc#sha256', 'http://www.w3.org/2001/04/xmlenc#sha512']

/** Ciphers of the assertion. */
const ciphers = [
  'http://www.w3.org/2001/04/xmlenc#aes128-cbc',
  'http://www.w3.org/2001/04/xmlenc#aes256-cbc',
  'http://www.w3.org/2009/xmlenc11#aes128-gcm',
  'http://www.w3.org/2009/xmlenc11#aes256-gcm',
]
const keyCipher = 'http://www.w3.org/2001/04/xmlenc#rsa-oaep-mgf1p'
/** Bytes: what the longest of them adds. */
const leastCipherText = 32

/**
 * Holds a signature to the one form that SAML has: of its own parent, enveloped, canonical, with a strong algorithm.
 * Takes: the id of its parent. Gives: what is wrong. Source: SAML 2.0 core, section 5.4.
 */
export function signatureProblem(signature: XmlElement, id: string): string | undefined {
  const [info, value, key, ...more] = signature.children
  const named = [info, value, key].map((part) => part?.name).join(' ')
  if (!/^SignedInfo SignatureValue (KeyInfo)?$/.test(named) || more.length > 0)
    return 'a signature has other parts than SignedInfo, SignatureValue and KeyInfo'
  const all = elementsOf(signature)
  const one = (name: string) => {
    const found = all.filter((element) => element.name === name)
    return found.length === 1 && found[0]?.namespace === signing ? found[0] : undefined
  }
  const parts = ['SignedInfo', 'SignatureValue', 'CanonicalizationMethod', 'Reference', 'DigestValue'].map(one)
  if (parts.includes(undefined)) return 'a signature has not exactly one of each of its parts'
  if (one('Reference')?.attributes.get('URI') !== `#${id}`) return 'a signature is of something else than its parent'
  const transforms = all.filter(({ name }) => name === 'Transform').map(algorithmOf)
  const [first, second = canonical[0] ?? ''] = transforms
  if (transforms.length > 2 || first !== enveloped || !canonical.includes(second))
    return `a signature has the transforms ${shown(transforms.join(', '))}`
  const problems = [
    unlisted('canonicalization', one('CanonicalizationMethod'), canonical),
    unlisted('signature algorithm', one('SignatureMethod'), signatures),
    unlisted('digest algorithm', one('DigestMethod'), digests),
  ]
  return problems.find((problem) => problem !== undefined)
}

/** Holds an encrypted assertion to forms that keep their secret. Gives: what is wrong. */
export function encryptionProblem(assertion: XmlElement): string | undefined {
  const all = elementsOf(assertion)
  const named = (name: string) => all.filter((element) => element.name === name)
  const counts = ['EncryptedData', 'EncryptedKey'].map((name) => named(name).length)
  const [data] = childrenOf(assertion, encrypting, 'EncryptedData')
  const [key] = named('EncryptedKey')
  if (counts.some((count) => count !== 1) || data === undefined || key?.namespace !== encrypting)
    return 'the encrypted assertion has not exactly one EncryptedData and one EncryptedKey'
  const texts = named('CipherValue').map(({ text }) => text.replace(/\s+/g, ''))
  if (texts.length !== 2 || !texts.every((text) => /^[A-Za-z0-9+/]+={0,2}$/.test(text)))
    return 'the encrypted assertion has not exactly two values in Base64'
  if (texts.some((text) => (text.length * 3) / 4 < leastCipherText)) return 'the encrypted assertion is too short'
  const retrieval = named('RetrievalMethod')
  const id = key.attributes.get('Id')
  if (retrieval.some(({ attributes }) => attributes.get('URI') !== `#${id}` || !/^[A-Za-z_][\w.-]*$/.test(id ?? '')))
    return 'the encrypted assertion takes its key from elsewhere'
  if (named('EncryptionMethod').length !== 2) return 'the encrypted assertion has not exactly two algorithms'
  return (
    unlisted('cipher', childrenOf(data, encrypting, 'EncryptionMethod')[0], ciphers) ??
    unlisted('key cipher', childrenOf(key, encrypting, 'EncryptionMethod')[0], [keyCipher])
  )
}

function unlisted(what: string, element: XmlElement | undefined, allowed: readonly string[]): string | undefined {
  const algorithm = element && algorithmOf(element)
  return allowed.includes(algorithm ?? '') ? undefined : `the ${what} ${shown(algorithm ?? '(absent)')} is not taken`
}

function algorithmOf({ attributes }: XmlElement): string {
  return attributes.get('Algorithm') ?? ''
}

function shown(text: string): string {
  return text.slice(0, 200).toWellFormed()
}
