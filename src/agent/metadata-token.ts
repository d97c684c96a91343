import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'

/** Tokens of instance metadata, version 2. They need no memory: each says when it ends, and is sealed. */
export interface MetadataTokens {
  /** Takes: seconds. */
  make(seconds: number, now: number): string
  /** Why a token is not taken. Gives: `undefined` for one that is good. */
  refuse(token: string, now: number): string | undefined
}

/** The longest that a token may be good, in seconds. */
export const longestToken = 21_600

const [endBytes, chanceBytes, sealBytes] = [6, 8, 28]

/** Makes tokens with a key of their own: another agent takes none of them, nor this one when it is started again. */
export function metadataTokens(): MetadataTokens {
  const key = randomBytes(32)
  const sealOf = (clear: Uint8Array) => createHmac('sha256', key).update(clear).digest().subarray(0, sealBytes)
  return {
    make(seconds, now) {
      const clear = Buffer.concat([Buffer.alloc(endBytes), randomBytes(chanceBytes)])
      clear.writeUIntBE(now + seconds * 1000, 0, endBytes)
      return Buffer.concat([clear, sealOf(clear)]).toString('base64url')
    },
    refuse(token, now) {
      if (!/^[A-Za-z0-9_-]{56}$/.test(token)) return 'the token is not of the form of one'
      const bytes = Buffer.from(token, 'base64url')
      const clear = bytes.subarray(0, endBytes + chanceBytes)
      if (!timingSafeEqual(sealOf(clear), bytes.subarray(clear.length))) return 'the token is not one of this agent'
      return clear.readUIntBE(0, endBytes) > now ? undefined : 'the token has expired'
    },
  }
}
