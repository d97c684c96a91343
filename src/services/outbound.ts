import { generateKeyPairSync } from 'node:crypto'
import type { IssuerKey, Tables } from '#store'

/** An account as an issuer of tokens for others. */
export interface Outbound {
  readonly account: string
  /** What tells its issuer from those of other accounts: a UUID. */
  readonly issuer: string
}

export type OutboundAlgorithm = 'RS256' | 'ES384'

export const outboundAlgorithms: readonly OutboundAlgorithm[] = ['RS256', 'ES384']

/** Names of the settings of an account. Its issuer stays its own when the feature is disabled. */
export const outboundSettings = { issuer: 'outboundFederation/Issuer', enabled: 'outboundFederation/Enabled' } as const

const day = 86_400_000
/** How old a key is when the next one is made. */
const lifetime = 30 * day
/** How long a new key is published before it signs, so that whoever remembers keys has seen it. */
const ripening = day
/** How long a key is published after it signed for the last time: longer than any token lives. */
const lingering = 2 * 3_600_000

/** The private key with which an issuer signs now, as PKCS #8 in PEM; keys are made and forgotten as their time comes. */
export async function signingKey(
  outbound: Outbound,
  { algorithm, now, tables }: { readonly algorithm: OutboundAlgorithm; readonly now: number; readonly tables: Tables },
): Promise<{ readonly id: string; readonly privateKey: string }> {
  const present = (await tables.issuerKeys.ofIssuer(outbound.issuer)).filter((key) => key.algorithm === algorithm)
  const [newest] = present
  const keys =
    newest === undefined || now - newest.createdAt >= lifetime
      ? [await addSigningKey(outbound, { algorithm, now, tables }), ...present]
      : present
  const signing = keys.find(({ createdAt }) => now - createdAt >= ripening) ?? keys.at(-1)
  const privateKey = signing && (await tables.issuerKeys.privateKey(signing.id))
  if (signing === undefined || privateKey === undefined) throw new Error(`issuer ${outbound.issuer} has no key`)
  if (now - signing.createdAt >= ripening + lingering)
    for (const { id } of keys.slice(keys.indexOf(signing) + 1)) await tables.issuerKeys.remove(id)
  return { id: signing.id, privateKey }
}

/** Makes a key for an issuer, and publishes it. */
export async function addSigningKey(
  { account, issuer }: Outbound,
  { algorithm, now, tables }: { readonly algorithm: OutboundAlgorithm; readonly now: number; readonly tables: Tables },
): Promise<IssuerKey> {
  const { publicKey, privateKey } =
    algorithm === 'RS256'
      ? generateKeyPairSync('rsa', { modulusLength: 2048 })
      : generateKeyPairSync('ec', { namedCurve: 'secp384r1' })
  const number = (await tables.issuerKeys.ofIssuer(issuer)).length
  const id = `${algorithm}-${issuer.slice(0, 8)}-${now.toString(36)}-${number}`
  const jwk = { ...publicKey.export({ format: 'jwk' }), kid: id, alg: algorithm, use: 'sig' }
  const key = { id, account, issuer, algorithm, publicKey: JSON.stringify(jwk), createdAt: now }
  await tables.issuerKeys.add(key, String(privateKey.export({ type: 'pkcs8', format: 'pem' })))
  return key
}
