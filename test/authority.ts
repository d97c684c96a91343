import { createPrivateKey, type KeyObject, randomBytes, webcrypto } from 'node:crypto'
import 'reflect-metadata'
import {
  BasicConstraintsExtension,
  cryptoProvider,
  type Extension,
  type JsonName,
  KeyUsageFlags,
  KeyUsagesExtension,
  SubjectAlternativeNameExtension,
  X509CertificateGenerator,
  X509CrlGenerator,
} from '@peculiar/x509'

cryptoProvider.set(webcrypto)

/** What a certificate is to say. */
export interface Wanted {
  /** A common name, or a whole name. */
  readonly subject: string | JsonName
  /** Absent: it signs itself. */
  readonly by?: Certified
  readonly from: number
  readonly to: number
  readonly key?: 'P-256' | 'P-384' | 'rsa' | 'rsa-1024'
  readonly hash?: 'SHA-256' | 'SHA-384' | 'SHA-1'
  /** Absent: no basic constraints. */
  readonly basic?: { readonly ca: boolean; readonly pathLength?: number }
  /** Absent: no key usage. */
  readonly usages?: number
  readonly names?: readonly { readonly type: 'dns' | 'url' | 'dn'; readonly value: string }[]
  readonly extensions?: readonly Extension[]
  /** Hexadecimal digits. */
  readonly serial?: string
}

/** A certificate and its key. */
export interface Certified {
  readonly der: Uint8Array
  readonly pem: string
  readonly serial: string
  readonly name: JsonName
  readonly keys: webcrypto.CryptoKeyPair
  readonly privateKey: KeyObject
}

const day = 86_400_000

/** Makes a certificate of any kind, good and bad. */
export async function certified(wanted: Wanted): Promise<Certified> {
  const { subject, by, key = 'P-256', hash = 'SHA-256', serial = `01${randomBytes(15).toString('hex')}` } = wanted
  const keys = await keysOf(key)
  const name: JsonName = typeof subject === 'string' ? [{ CN: [subject] }] : subject
  const signer = by?.keys ?? keys
  const made = await X509CertificateGenerator.create({
    serialNumber: serial,
    subject: name,
    issuer: by?.name ?? name,
    notBefore: new Date(wanted.from),
    notAfter: new Date(wanted.to),
    publicKey: keys.publicKey,
    signingKey: signer.privateKey,
    signingAlgorithm: { ...algorithmOf(signer), hash },
    extensions: extensionsOf(wanted),
  })
  return {
    der: new Uint8Array(made.rawData),
    pem: made.toString('pem'),
    serial,
    name,
    keys,
    privateKey: createPrivateKey({
      key: Buffer.from(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey)),
      format: 'der',
      type: 'pkcs8',
    }),
  }
}

/** A certification authority, good for ten days around a moment. */
export function authority(name: string, now: number, more: Partial<Wanted> = {}): Promise<Certified> {
  return certified({
    subject: name,
    from: now - 5 * day,
    to: now + 5 * day,
    basic: { ca: true },
    usages: KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign,
    ...more,
  })
}

/** An end entity's certificate, good for a day around a moment. */
export function endEntity(
  name: string,
  by: Certified,
  more: Partial<Wanted> & { readonly now: number },
): Promise<Certified> {
  const { now, ...others } = more
  return certified({
    subject: name,
    by,
    from: now - day / 2,
    to: now + day / 2,
    basic: { ca: false },
    usages: KeyUsageFlags.digitalSignature,
    ...others,
  })
}

/** A list of revoked certificates. */
export async function revocationList(by: Certified, serials: readonly string[], now: number): Promise<Uint8Array> {
  const crl = await X509CrlGenerator.create({
    issuer: by.name,
    thisUpdate: new Date(now - day),
    nextUpdate: new Date(now + day),
    entries: serials.map((serialNumber) => ({ serialNumber, revocationDate: new Date(now - day) })),
    signingAlgorithm: { ...algorithmOf(by.keys), hash: 'SHA-256' },
    signingKey: by.keys.privateKey,
  })
  return new Uint8Array(crl.rawData)
}

function keysOf(kind: NonNullable<Wanted['key']>): Promise<webcrypto.CryptoKeyPair> {
  const uses: webcrypto.KeyUsage[] = ['sign', 'verify']
  if (kind === 'P-256' || kind === 'P-384')
    return webcrypto.subtle.generateKey({ name: 'ECDSA', namedCurve: kind }, true, uses)
  const modulusLength = kind === 'rsa' ? 2048 : 1024
  const publicExponent = Uint8Array.from([1, 0, 1])
  const algorithm = { name: 'RSASSA-PKCS1-v1_5', modulusLength, publicExponent, hash: 'SHA-256' }
  return webcrypto.subtle.generateKey(algorithm, true, uses)
}

function algorithmOf({ privateKey }: webcrypto.CryptoKeyPair): { readonly name: string } {
  return { name: privateKey.algorithm.name }
}

function extensionsOf({ basic, usages, names, extensions = [] }: Wanted): Extension[] {
  return [
    ...(basic === undefined ? [] : [new BasicConstraintsExtension(basic.ca, basic.pathLength, true)]),
    ...(usages === undefined ? [] : [new KeyUsagesExtension(usages, true)]),
    ...(names === undefined ? [] : [new SubjectAlternativeNameExtension([...names])]),
    ...extensions,
  ]
}
