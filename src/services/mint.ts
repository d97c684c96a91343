import { randomBytesOf } from '#access'
import type { IdPrefix } from './operation.ts'

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'

/** A new unique id: the prefix and 17 characters, 85 bits of chance. */
export function mintId(prefix: IdPrefix): string {
  return prefix + lettersOf(randomBytesOf(17))
}

/** A new long-term access key: 80 bits of chance in its id, 240 in its secret. */
export function mintKey(): { readonly id: string; readonly secret: string } {
  return { id: `AKIA${lettersOf(randomBytesOf(16))}`, secret: Buffer.from(randomBytesOf(30)).toString('base64') }
}

/** One letter for each byte. The alphabet has 32, so each letter is as likely as any other. */
export function lettersOf(bytes: Uint8Array): string {
  let text = ''
  for (const byte of bytes) text += alphabet[byte % alphabet.length]
  return text
}
