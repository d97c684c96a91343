import { createPublicKey, createSign, generateKeyPair, type KeyObject, X509Certificate } from 'node:crypto'
import { Fault } from '#protocol'
import type { Instance, Store, Tables } from '#store'
import { selfSigned, signedMessage } from './pkcs7.ts'

/** A document that says which instance this is, and a signature of its bytes. */
export interface SignedIdentity {
  readonly document: string
  /** Base64: RSA with SHA-256, PKCS #1 v1.5. */
  readonly signature: string
  /** Base64: the document with the same signature, in the form of PKCS #7. */
  readonly pkcs7: string
}

const algorithm = 'RS256'

/** Makes the key that signs the identity documents of an account, when it has none. */
export async function makeIdentityKey(
  account: string,
  { store, now }: { readonly store: Store; readonly now: number },
): Promise<void> {
  if (await store.read((tables) => keyOf(account, tables))) return
  const { publicKey, privateKey } = await newKey()
  await store.write(account, async (tables) => {
    // Another agent may have joined meanwhile.
    if (await keyOf(account, tables)) return
    const id = `instance-identity-${account}`
    const x5c = [selfSigned({ account, publicKey, privateKey }, now).toString('base64')]
    const jwk = { ...publicKey.export({ format: 'jwk' }), kid: id, alg: algorithm, use: 'sig', x5c }
    const key = { id, account, issuer: issuerOf(account), algorithm, publicKey: JSON.stringify(jwk), createdAt: now }
    await tables.issuerKeys.add(key, String(privateKey.export({ type: 'pkcs8', format: 'pem' })))
  })
}

/** The document of an instance, as EC2 writes it, and its signature. */
export async function signedIdentity(instance: Instance, tables: Tables): Promise<SignedIdentity> {
  const key = await keyOf(instance.account, tables)
  const privateKey = key && (await tables.issuerKeys.privateKey(key.id))
  if (privateKey === undefined) throw new Error(`account ${instance.account} has no key for identity documents`)
  const document = documentOf(instance)
  const signature = createSign('sha256').update(document).sign(privateKey)
  const pkcs7 = signedMessage(instance.account, document, signature).toString('base64')
  return { document, signature: signature.toString('base64'), pkcs7 }
}

/** For whoever verifies identity documents. Errors: `NotFound` (404) where none was ever signed. */
export async function identityKeys(account: string, tables: Tables): Promise<object> {
  const key = await keyOf(account, tables)
  if (key === undefined)
    throw new Fault({ code: 'NotFound', status: 404, message: 'The account signs no identity documents.' })
  // Only `makeIdentityKey` wrote it.
  const jwk = JSON.parse(key.publicKey) as { readonly x5c: readonly [string]; readonly kty: string }
  const pem = createPublicKey({ key: jwk, format: 'jwk' }).export({ type: 'spki', format: 'pem' })
  const certificate = new X509Certificate(Buffer.from(jwk.x5c[0], 'base64')).toString()
  return { keys: [jwk], pem, certificate }
}

async function keyOf(account: string, { issuerKeys }: Tables) {
  return (await issuerKeys.ofIssuer(issuerOf(account)))[0]
}

/** INVARIANT: no issuer of tokens has such a name, so these keys are published nowhere else. */
function issuerOf(account: string): string {
  return `instance-identity/${account}`
}

function documentOf({ account, id, region, agent, createdAt }: Instance): string {
  const value = {
    accountId: account,
    architecture: null,
    availabilityZone: `${region}a`,
    billingProducts: null,
    devpayProductCodes: null,
    marketplaceProductCodes: null,
    imageId: null,
    instanceId: id,
    instanceType: null,
    kernelId: null,
    pendingTime: `${new Date(createdAt).toISOString().slice(0, 19)}Z`,
    privateIp: agent !== undefined && /^[\d.]+$/.test(agent.address) ? agent.address : null,
    ramdiskId: null,
    region,
    version: '2017-09-30',
  }
  return JSON.stringify(value, undefined, 2).replaceAll('": ', '" : ')
}

/** It takes a moment, in which others are answered. */
function newKey(): Promise<{ readonly publicKey: KeyObject; readonly privateKey: KeyObject }> {
  return new Promise((resolve, reject) => {
    generateKeyPair('rsa', { modulusLength: 2048 }, (error, publicKey, privateKey) =>
      error === null ? resolve({ publicKey, privateKey }) : reject(error),
    )
  })
}
