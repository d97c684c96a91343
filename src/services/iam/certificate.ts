import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto'

/** The certificate of which a text consists. Gives: `undefined` when it is not exactly one in PEM. */
export function readCertificate(text: string): X509Certificate | undefined {
  const certificates = readCertificates(text)
  return certificates?.length === 1 ? certificates[0] : undefined
}

/** The certificates of which a text consists. Gives: `undefined` when anything else is in it, or none. */
export function readCertificates(text: string): readonly X509Certificate[] | undefined {
  const blocks = text.match(block)
  // INVARIANT: nothing that could be a private key stays in what is stored as certificates.
  if (blocks === null || text.replace(block, '').trim() !== '') return undefined
  try {
    return blocks.map((pem) => new X509Certificate(pem))
  } catch {
    return undefined
  }
}

const block = /-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----/g

/** An RSA or EC private key in PEM that no passphrase protects. */
export function readPrivateKey(text: string): KeyObject | undefined {
  if (
    !/^\s*-----BEGIN (?:RSA |EC )?PRIVATE KEY-----[A-Za-z0-9+/=\s]+-----END (?:RSA |EC )?PRIVATE KEY-----\s*$/.test(
      text,
    )
  )
    return undefined
  try {
    const key = createPrivateKey(text)
    return key.asymmetricKeyType === 'rsa' || key.asymmetricKeyType === 'ec' ? key : undefined
  } catch {
    return undefined
  }
}

/** Whether a private key belongs to a certificate. */
export function belongs(key: KeyObject, certificate: X509Certificate): boolean {
  return certificate.publicKey.asymmetricKeyType === key.asymmetricKeyType && certificate.checkPrivateKey(key)
}

/** Whether a certificate's time has begun or ended. Takes: milliseconds since 1970. */
export function age({ validFromDate, validToDate }: X509Certificate, now: number): 'early' | 'valid' | 'expired' {
  if (now < validFromDate.getTime()) return 'early'
  return now > validToDate.getTime() ? 'expired' : 'valid'
}

/**
 * Whether each certificate of a chain signed the one before it, the first the leaf.
 * Gives: the index in the chain of the one that the next did not sign, −1 for the leaf; `undefined` when all is well.
 * Cost: one verification for each certificate.
 */
export function brokenLink(leaf: X509Certificate, chain: readonly X509Certificate[]): number | undefined {
  let below = leaf
  for (const [index, issuer] of chain.entries()) {
    if (!below.checkIssued(issuer) || !signedBy(below, issuer)) return index - 1
    below = issuer
  }
  return undefined
}

function signedBy(certificate: X509Certificate, issuer: X509Certificate): boolean {
  try {
    return certificate.verify(issuer.publicKey)
  } catch {
    return false
  }
}
