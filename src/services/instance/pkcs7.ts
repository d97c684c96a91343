import { type KeyObject, sign } from 'node:crypto'
import { algorithm, commonName, element, identifier, integer, octets, sequence, set, time } from './der.ts'

const sha256 = '2.16.840.1.101.3.4.2.1'
const rsa = '1.2.840.113549.1.1.1'
const sha256WithRsa = '1.2.840.113549.1.1.11'
const data = '1.2.840.113549.1.7.1'
const signedData = '1.2.840.113549.1.7.2'

/** The only number of a certificate of which there is one for each name. */
const serial = integer(1)

/** Who signs: an account, and the key of its identity documents. */
export interface DocumentSigner {
  readonly account: string
  readonly publicKey: KeyObject
  readonly privateKey: KeyObject
}

/** A certificate that says which key it is, and that the key signed itself: ten years from a moment. Gives: DER. */
export function selfSigned({ account, publicKey, privateKey }: DocumentSigner, from: number): Buffer {
  const name = nameOf(account)
  const to = new Date(from)
  to.setUTCFullYear(to.getUTCFullYear() + 10)
  const content = sequence(
    serial,
    algorithm(sha256WithRsa),
    name,
    sequence(time(from), time(to.getTime())),
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
  )
  return sequence(content, algorithm(sha256WithRsa), bits(sign('sha256', content, privateKey)))
}

/**
 * A message in the form of PKCS #7 that holds a text and its signature.
 * Takes: the signature of the text itself, RSA with SHA-256.
 * Source: RFC 5652, section 5; the signature covers no attributes.
 */
export function signedMessage(account: string, text: string, signature: Uint8Array): Buffer {
  const signer = sequence(
    integer(1),
    sequence(nameOf(account), serial),
    algorithm(sha256),
    algorithm(rsa),
    octets(signature),
  )
  const content = sequence(identifier(data), element(0xa0, octets(Buffer.from(text))))
  const message = sequence(integer(1), set(algorithm(sha256)), content, set(signer))
  return sequence(identifier(signedData), element(0xa0, message))
}

function nameOf(account: string): Buffer {
  return commonName(`Instance identity of ${account}`)
}

function bits(bytes: Uint8Array): Buffer {
  return element(0x03, Buffer.from([0]), bytes)
}
