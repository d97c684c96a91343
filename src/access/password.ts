import { type Argon2Parameters, argon2, timingSafeEqual } from 'node:crypto'
import type { LoginProfile, PasswordPolicy } from '#store'

/** Memory in KiB, passes and lanes of new hashes: OWASP's least for argon2id, some 30 ms on a small machine. */
const cost = { memory: 19_456, passes: 2, parallelism: 1 } as const
const hashBytes = 32
const day = 86_400_000

/** Bytes of salt that a hash needs. */
export const saltBytes = 16

/** Hashes a password. Gives: the PHC form, `$argon2id$v=19$m=…,t=…,p=…$salt$hash`. */
export async function hashPassword(password: string, salt: Uint8Array): Promise<string> {
  const hash = await derive(password, { nonce: salt, tagLength: hashBytes, ...cost })
  const { memory, passes, parallelism } = cost
  return `$argon2id$v=19$m=${memory},t=${passes},p=${parallelism}$${unpadded(salt)}$${unpadded(hash)}`
}

const phc = /^\$argon2id\$v=19\$m=(\d{1,7}),t=(\d{1,3}),p=(\d{1,3})\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$/

/** Whether it is the password of which `hashPassword` made the hash. */
export async function verifyPassword(password: string, hash: string): Promise<boolean> {
  const [, memory, passes, parallelism, salt, expected] = phc.exec(hash) ?? []
  if (salt === undefined || expected === undefined) throw new Error('what is stored as a hash of a password is none')
  const wanted = Buffer.from(expected, 'base64')
  const parameters = { memory: Number(memory), passes: Number(passes), parallelism: Number(parallelism) }
  const found = await derive(password, {
    nonce: Buffer.from(salt, 'base64'),
    tagLength: wanted.length,
    ...parameters,
  })
  return timingSafeEqual(found, wanted)
}

/** When the password expires under the account's policy. Gives: `undefined` for never. */
export function passwordExpiry({ changedAt }: LoginProfile, policy: PasswordPolicy | undefined): number | undefined {
  return policy?.maxAge === undefined ? undefined : changedAt + policy.maxAge * day
}

/**
 * What a right password is good for: signing in; setting a new one first (`change`); nothing until an administrator sets a
 * new one (`reset`).
 */
export function passwordUse(
  profile: LoginProfile,
  policy: PasswordPolicy | undefined,
  now: number,
): 'signIn' | 'change' | 'reset' {
  const expired = now >= (passwordExpiry(profile, policy) ?? Number.POSITIVE_INFINITY)
  if (expired && policy?.hardExpiry === true) return 'reset'
  return expired || profile.resetRequired ? 'change' : 'signIn'
}

function derive(password: string, parameters: Omit<Argon2Parameters, 'message'>): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    argon2('argon2id', { message: Buffer.from(password, 'utf8'), ...parameters }, (error, key) =>
      error === null ? resolve(key) : reject(error),
    )
  })
}

function unpadded(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64').replace(/=+$/, '')
}
