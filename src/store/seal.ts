import { createCipheriv, createDecipheriv, createHash, hkdfSync, randomBytes } from 'node:crypto'

/** Bytes of a key. */
export const keyBytes = 32

const algorithm = 'aes-256-gcm'
const nonceBytes = 12
const tagBytes = 16

/**
 * Encrypts with AES-256-GCM.
 * Takes: `purpose`, to which the result is bound.
 * Gives: nonce, encrypted bytes, tag.
 */
export function seal(key: Uint8Array, clear: Uint8Array, purpose: string): Uint8Array {
  const nonce = randomBytes(nonceBytes)
  const cipher = createCipheriv(algorithm, key, nonce, { authTagLength: tagBytes }).setAAD(Buffer.from(purpose))
  return Buffer.concat([nonce, cipher.update(clear), cipher.final(), cipher.getAuthTag()])
}

/** Decrypts what `seal` made. Gives: `undefined` for another key, another purpose, or bytes that were changed. */
export function unseal(key: Uint8Array, sealed: Uint8Array, purpose: string): Buffer | undefined {
  if (sealed.length < nonceBytes + tagBytes) return undefined
  const decipher = createDecipheriv(algorithm, key, sealed.subarray(0, nonceBytes), { authTagLength: tagBytes })
  decipher.setAAD(Buffer.from(purpose)).setAuthTag(sealed.subarray(-tagBytes))
  try {
    return Buffer.concat([decipher.update(sealed.subarray(nonceBytes, -tagBytes)), decipher.final()])
  } catch {
    return undefined
  }
}

/** A name by which a master key is known again; it does not lead back to the key. */
export function fingerprint(masterKey: Uint8Array): string {
  const derived = hkdfSync('sha256', masterKey, '', 'cardea master key fingerprint', keyBytes)
  return createHash('sha256').update(Buffer.from(derived)).digest('hex').slice(0, 16)
}
