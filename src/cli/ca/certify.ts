import { createPrivateKey, createPublicKey, type KeyObject, randomBytes, webcrypto } from 'node:crypto'
import 'reflect-metadata'
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  cryptoProvider,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  Extension,
  type JsonName,
  KeyUsageFlags,
  KeyUsagesExtension,
  Pkcs10CertificateRequest,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  X509Certificate,
  X509CertificateGenerator,
  X509CrlGenerator,
  X509CrlReason,
} from '@peculiar/x509'

cryptoProvider.set(webcrypto)

export type KeyKind = 'p256' | 'rsa'

/** A certificate in PEM, and what lists of issued and revoked ones know of it. */
export interface Certified {
  readonly pem: string
  /** Hexadecimal digits. */
  readonly serial: string
  readonly subject: string
  /** Milliseconds since 1970. */
  readonly notAfter: number
}

/** Whoever signs: a certificate and its private key, both in PEM. */
export interface Signer {
  readonly certificate: string
  readonly privateKey: string
}

/** What an end entity's certificate is to say. */
export interface Entity {
  readonly name: string
  readonly dns: readonly string[]
  readonly uri: readonly string[]
  readonly publicKey: KeyObject
  /** Milliseconds since 1970. */
  readonly from: number
  readonly to: number
}

/** Makes a private key. Gives: PKCS #8 in PEM. */
export async function newKey(kind: KeyKind): Promise<string> {
  const uses: webcrypto.KeyUsage[] = ['sign', 'verify']
  const keys =
    kind === 'p256'
      ? await webcrypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, uses)
      : await webcrypto.subtle.generateKey(
          { ...rsa, modulusLength: 3072, publicExponent: Uint8Array.from([1, 0, 1]) },
          true,
          uses,
        )
  const der = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey))
  return createPrivateKey({ key: der, format: 'der', type: 'pkcs8' })
    .export({ type: 'pkcs8', format: 'pem' })
    .toString()
}

const rsa = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' } as const

/** The certificate of an authority that issues to end entities only, signed by itself. */
export async function selfSigned(
  privateKey: string,
  { name, from, to }: { readonly name: string; readonly from: number; readonly to: number },
): Promise<Certified> {
  const publicKey = await imported(createPublicKey(privateKey))
  return made({
    subject: nameOf(name),
    issuer: nameOf(name),
    times: { from, to },
    publicKey,
    signer: await signerFrom(privateKey),
    extensions: [
      new BasicConstraintsExtension(true, 0, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
      await SubjectKeyIdentifierExtension.create(publicKey),
    ],
  })
}

/** The certificate of an end entity. It ends with its authority's at the latest. */
export async function issuedBy({ certificate, privateKey }: Signer, entity: Entity): Promise<Certified> {
  const authority = new X509Certificate(certificate)
  const publicKey = await imported(entity.publicKey)
  const names = [
    ...entity.dns.map((value) => ({ type: 'dns', value }) as const),
    ...entity.uri.map((value) => ({ type: 'url', value }) as const),
  ]
  return made({
    subject: nameOf(entity.name),
    issuer: authority.subjectName.toJSON(),
    times: { from: entity.from, to: Math.min(entity.to, authority.notAfter.getTime()) },
    publicKey,
    signer: await signerFrom(privateKey),
    extensions: [
      new BasicConstraintsExtension(false, undefined, true),
      new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
      new ExtendedKeyUsageExtension([ExtendedKeyUsage.clientAuth]),
      ...(names.length === 0 ? [] : [new SubjectAlternativeNameExtension(names)]),
      await SubjectKeyIdentifierExtension.create(publicKey),
      await AuthorityKeyIdentifierExtension.create(await imported(createPublicKey(certificate))),
    ],
  })
}

/** A certificate that was taken back. */
export interface Revoked {
  readonly serial: string
  /** Milliseconds since 1970. */
  readonly at: number
}

/** The list of certificates that were taken back. Takes: the number of the list, which rises. Gives: PEM. */
export async function revocationList(
  { certificate, privateKey }: Signer,
  revoked: readonly Revoked[],
  { number, now }: { readonly number: number; readonly now: number },
): Promise<string> {
  const authority = new X509Certificate(certificate)
  const signer = await signerFrom(privateKey)
  const crl = await X509CrlGenerator.create({
    issuer: authority.subjectName.toJSON(),
    thisUpdate: new Date(now),
    nextUpdate: authority.notAfter,
    entries: revoked.map(({ serial, at }) => ({ serialNumber: serial, revocationDate: new Date(at), reason })),
    extensions: [
      new Extension(listNumber, false, integer(number)),
      await AuthorityKeyIdentifierExtension.create(await imported(createPublicKey(certificate))),
    ],
    signingAlgorithm: { ...signer.algorithm, hash: 'SHA-256' },
    signingKey: signer,
  })
  const lines =
    Buffer.from(crl.rawData)
      .toString('base64')
      .match(/.{1,64}/g) ?? []
  return ['-----BEGIN X509 CRL-----', ...lines, '-----END X509 CRL-----', ''].join('\n')
}

const listNumber = '2.5.29.20'
const reason = X509CrlReason.privilegeWithdrawn

/** A number of at most 31 bits in DER. */
function integer(value: number): Uint8Array<ArrayBuffer> {
  const hex = value.toString(16)
  const bytes = Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex')
  const signed = (bytes[0] ?? 0) >= 0x80 ? [0, ...bytes] : [...bytes]
  return Uint8Array.from([2, signed.length, ...signed])
}

/**
 * Reads what asks for a certificate, and checks that its asker has the private key.
 * Gives: its public key and common name; why it is none.
 */
export async function readRequest(
  pem: string,
): Promise<{ readonly publicKey: KeyObject; readonly name?: string } | { readonly why: string }> {
  try {
    const request = new Pkcs10CertificateRequest(pem)
    if (!(await request.verify())) return { why: 'its signature is not by its own key' }
    const [name] = request.subjectName.getField('CN')
    const publicKey = createPublicKey({ key: Buffer.from(request.publicKey.rawData), format: 'der', type: 'spki' })
    const { asymmetricKeyType: type, asymmetricKeyDetails: { modulusLength = 0, namedCurve = '' } = {} } = publicKey
    const strong = type === 'rsa' ? modulusLength >= 2048 : curves.has(namedCurve)
    if (!strong) return { why: 'its key is neither RSA of 2048 bits nor on the curve P-256, P-384 or P-521' }
    return { publicKey, ...(name === undefined ? {} : { name }) }
  } catch {
    // The parser throws errors of many kinds.
    return { why: 'it is not a certificate signing request in PEM' }
  }
}

const curves: ReadonlyMap<string, string> = new Map([
  ['prime256v1', 'P-256'],
  ['secp384r1', 'P-384'],
  ['secp521r1', 'P-521'],
])

interface Making {
  readonly subject: JsonName
  readonly issuer: JsonName
  readonly times: { readonly from: number; readonly to: number }
  readonly publicKey: webcrypto.CryptoKey
  readonly signer: webcrypto.CryptoKey
  readonly extensions: Extension[]
}

async function made({ subject, issuer, times, publicKey, signer, extensions }: Making): Promise<Certified> {
  const certificate = await X509CertificateGenerator.create({
    // Positive, and 126 bits of chance.
    serialNumber: `${(0x40 | ((randomBytes(1)[0] ?? 0) % 0x40)).toString(16)}${randomBytes(15).toString('hex')}`,
    subject,
    issuer,
    notBefore: new Date(times.from),
    notAfter: new Date(times.to),
    publicKey,
    signingKey: signer,
    signingAlgorithm: { ...signer.algorithm, hash: 'SHA-256' },
    extensions,
  })
  return {
    pem: `${certificate.toString('pem')}\n`,
    serial: certificate.serialNumber,
    subject: certificate.subject,
    notAfter: certificate.notAfter.getTime(),
  }
}

function nameOf(common: string): JsonName {
  return [{ CN: [common] }]
}

function signerFrom(pem: string): Promise<webcrypto.CryptoKey> {
  const key = createPrivateKey(pem)
  return Promise.resolve(key.toCryptoKey(algorithmOf(key), false, ['sign']))
}

function imported(key: KeyObject): Promise<webcrypto.CryptoKey> {
  return Promise.resolve(key.toCryptoKey(algorithmOf(key), true, ['verify']))
}

function algorithmOf({ asymmetricKeyType, asymmetricKeyDetails }: KeyObject) {
  const curve = curves.get(asymmetricKeyDetails?.namedCurve ?? '')
  return asymmetricKeyType === 'rsa' || curve === undefined ? rsa : { name: 'ECDSA', namedCurve: curve }
}
