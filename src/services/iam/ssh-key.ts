import { createHash, createPublicKey, type KeyObject } from 'node:crypto'

/** An RSA key in OpenSSH's form and its MD5 fingerprint, or why it is none. */
export type SshKey =
  | { readonly body: string; readonly fingerprint: string; readonly problem?: never }
  | {
      readonly problem: 'InvalidPublicKey' | 'UnrecognizedPublicKeyEncoding'
      readonly body?: never
      readonly fingerprint?: never
    }

/**
 * Reads an RSA public key of at least 2048 bits, as OpenSSH or PEM writes it.
 * Source: RFC 4253, section 6.6; RFC 7468, section 13.
 */
export function readSshKey(text: string): SshKey {
  const trimmed = text.trim()
  if (trimmed.startsWith('ssh-rsa ')) return fromOpenSsh(trimmed)
  return trimmed.startsWith('-----BEGIN ') ? fromPem(trimmed) : { problem: 'UnrecognizedPublicKeyEncoding' }
}

/** Takes: what `readSshKey` gave as body. */
export function asPem(body: string): string {
  const numbers = numbersIn(Buffer.from(body.split(' ')[1] ?? '', 'base64'))
  const key = numbers && rsaKey(numbers)
  if (key === undefined) throw new Error('what is stored as an SSH public key is none')
  return key.export({ type: 'spki', format: 'pem' }).toString()
}

const algorithm = 'ssh-rsa'
const [fewestBits, mostBits] = [2048, 16_384]

interface RsaNumbers {
  readonly exponent: Buffer
  readonly modulus: Buffer
}

function fromOpenSsh(text: string): SshKey {
  const [, encoded, comment] = /^ssh-rsa +([A-Za-z0-9+/]+={0,2})(?: +([^\r\n]*))?$/.exec(text) ?? []
  const blob = Buffer.from(encoded ?? '', 'base64')
  const numbers = encoded !== undefined && blob.toString('base64') === encoded ? numbersIn(blob) : undefined
  if (numbers === undefined || rsaKey(numbers) === undefined) return { problem: 'InvalidPublicKey' }
  return known(blob, comment)
}

function fromPem(text: string): SshKey {
  if (!/^-----BEGIN (RSA )?PUBLIC KEY-----[A-Za-z0-9+/=\s]+-----END (RSA )?PUBLIC KEY-----$/.test(text))
    return {
      problem: /^-----BEGIN (RSA )?PUBLIC KEY-----/.test(text) ? 'InvalidPublicKey' : 'UnrecognizedPublicKeyEncoding',
    }
  const { n, e } = parsed(() => createPublicKey(text))?.export({ format: 'jwk' }) ?? {}
  if (n === undefined || e === undefined) return { problem: 'InvalidPublicKey' }
  const numbers = { modulus: positive(Buffer.from(n, 'base64url')), exponent: positive(Buffer.from(e, 'base64url')) }
  if (rsaKey(numbers) === undefined) return { problem: 'InvalidPublicKey' }
  const fields = [Buffer.from(algorithm), numbers.exponent, numbers.modulus]
  return known(Buffer.concat(fields.flatMap((field) => [lengthOf(field), field])))
}

function known(blob: Buffer, comment?: string): SshKey {
  const digest = createHash('md5').update(blob).digest('hex')
  const body = `${algorithm} ${blob.toString('base64')}${comment === undefined ? '' : ` ${comment}`}`
  return { body, fingerprint: (digest.match(/../g) ?? []).join(':') }
}

/** The fields of a key's blob: the algorithm's name and two positive numbers, and nothing after. */
function numbersIn(blob: Buffer): RsaNumbers | undefined {
  const fields: Buffer[] = []
  let at = 0
  while (at < blob.length && fields.length < 4) {
    if (at + 4 > blob.length) return undefined
    const end = at + 4 + blob.readUInt32BE(at)
    if (end > blob.length) return undefined
    fields.push(blob.subarray(at + 4, end))
    at = end
  }
  const [name, exponent, modulus, ...more] = fields
  if (name?.toString('latin1') !== algorithm || exponent === undefined || modulus === undefined) return undefined
  return more.length === 0 && isPositive(exponent) && isPositive(modulus) ? { exponent, modulus } : undefined
}

/** Whether a number is written as it must be: positive and as short as it can be. */
function isPositive(bytes: Buffer): boolean {
  const [first, second = 0] = bytes
  return first !== undefined && first < 0x80 && (first > 0 || second >= 0x80)
}

function positive(bytes: Buffer): Buffer {
  return (bytes[0] ?? 0) >= 0x80 ? Buffer.concat([Buffer.alloc(1), bytes]) : bytes
}

function lengthOf(bytes: Buffer): Buffer {
  const length = Buffer.alloc(4)
  length.writeUInt32BE(bytes.length)
  return length
}

function rsaKey({ exponent, modulus }: RsaNumbers): KeyObject | undefined {
  const jwk = { kty: 'RSA', n: modulus.toString('base64url'), e: exponent.toString('base64url') }
  const key = parsed(() => createPublicKey({ key: jwk, format: 'jwk' }))
  const { modulusLength = 0, publicExponent = 0n } = key?.asymmetricKeyDetails ?? {}
  const fits = modulusLength >= fewestBits && modulusLength <= mostBits
  return fits && publicExponent > 2n && publicExponent % 2n === 1n ? key : undefined
}

function parsed(read: () => KeyObject): KeyObject | undefined {
  try {
    const key = read()
    return key.asymmetricKeyType === 'rsa' ? key : undefined
  } catch {
    return undefined
  }
}
