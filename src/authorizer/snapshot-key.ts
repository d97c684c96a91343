import { createPrivateKey, generateKeyPairSync, sign } from 'node:crypto'
import type { Store, Tables } from '#store'
import { type Sealed, type Statement, signedText } from './snapshot-form.ts'

const algorithm = 'EdDSA'

/** Makes the key that signs the snapshots of an account, when it has none. */
export async function makeSnapshotKey(account: string, store: Store, now: number): Promise<void> {
  if (await store.read((tables) => keyOf(account, tables))) return
  const { publicKey, privateKey } = generateKeyPairSync('ed25519')
  await store.write(account, async (tables) => {
    // Another request may have made one meanwhile.
    if (await keyOf(account, tables)) return
    const id = `authorizer-snapshot-${account}`
    const jwk = { ...publicKey.export({ format: 'jwk' }), kid: id, alg: algorithm, use: 'sig' }
    const key = { id, account, issuer: issuerOf(account), algorithm, publicKey: JSON.stringify(jwk), createdAt: now }
    await tables.issuerKeys.add(key, String(privateKey.export({ type: 'pkcs8', format: 'pem' })))
  })
}

/** Signs what is sent to the library of a service. */
export async function sealed(statement: Statement, account: string, tables: Tables): Promise<Sealed> {
  const key = await keyOf(account, tables)
  const pem = key && (await tables.issuerKeys.privateKey(key.id))
  if (key === undefined || pem === undefined) throw new Error(`account ${account} has no key for its snapshots`)
  const payload = JSON.stringify(statement)
  const signature = sign(null, Buffer.from(signedText(payload)), createPrivateKey(pem)).toString('base64url')
  const { x } = JSON.parse(key.publicKey) as { readonly x: string }
  return { payload, signature, key: x }
}

async function keyOf(account: string, { issuerKeys }: Tables) {
  return (await issuerKeys.ofIssuer(issuerOf(account)))[0]
}

/** INVARIANT: no issuer of tokens has such a name, so these keys are published nowhere else. */
function issuerOf(account: string): string {
  return `authorizer-snapshot/${account}`
}
