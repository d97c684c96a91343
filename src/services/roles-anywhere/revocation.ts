import 'reflect-metadata'
import { X509Certificate, X509Crl } from '@peculiar/x509'
import { Lru } from '#access'
import type { CertificateList } from '#store'
import type { Certificate } from './certificate.ts'
import { shown } from './path.ts'
import { pemBlocks } from './pem.ts'

/** A list of certificates that are not good any more. */
export interface Revocations {
  readonly issuer: string
  /** Serial numbers in decimal digits. */
  readonly serials: ReadonlySet<string>
  /** Whether a certificate's key signed the list. */
  signedBy(certificate: Certificate): Promise<boolean>
}

const mostKnown = 100
const known = new Lru<Revocations>(mostKnown)

/** Reads a list. Takes: PEM or DER. Gives: why it is none. */
export function readRevocations(data: Uint8Array): Revocations | { readonly why: string } {
  try {
    const crl = new X509Crl(derOf(data))
    const strange = crl.extensions.find(({ critical }) => critical)
    if (strange !== undefined) return { why: `it has the critical extension ${strange.type}, which is not understood` }
    if (!signatures.has(crl.signatureAlgorithm.hash?.name ?? '')) return { why: 'it is signed with a weak hash' }
    return {
      issuer: crl.issuer,
      serials: new Set(crl.entries.map(({ serialNumber }) => String(BigInt(`0x${serialNumber}`)))),
      signedBy: (certificate) => verified(crl, certificate),
    }
  } catch {
    // The parser throws errors of many kinds.
    return { why: 'it is not a list in PEM or DER' }
  }
}

const signatures: ReadonlySet<string> = new Set(['SHA-256', 'SHA-384', 'SHA-512'])

async function verified(crl: X509Crl, certificate: Certificate): Promise<boolean> {
  try {
    return await crl.verify({ publicKey: new X509Certificate(Uint8Array.from(certificate.der)).publicKey })
  } catch {
    return false
  }
}

/** Errors: an `Error` for what is not one list. */
function derOf(data: Uint8Array): ArrayBuffer {
  if (data[0] === 0x30) return Uint8Array.from(data).buffer
  const [list, ...others] = pemBlocks(Buffer.from(data).toString('latin1'), ['X509 CRL', 'CRL']) ?? []
  if (list === undefined || others.length > 0) throw new Error('not one list')
  return Uint8Array.from(list).buffer
}

/**
 * Looks whether a certificate on a path was revoked by whoever issued it.
 * Gives: why the path is not good; `undefined` when nothing speaks against it. A list that cannot be read speaks against it.
 */
export async function revocationProblem(
  path: readonly Certificate[],
  lists: readonly CertificateList[],
): Promise<string | undefined> {
  for (const list of lists) {
    const read = remembered(list)
    if ('why' in read) return `the revocation list ${list.id} cannot be used: ${read.why}`
    for (const [index, certificate] of path.entries()) {
      const issuer = path[index + 1]
      if (issuer === undefined || issuer.subject !== read.issuer || !read.serials.has(certificate.serial)) continue
      if (await read.signedBy(issuer))
        return `${shown(certificate.subject)} with the serial number ${certificate.serial} is in the revocation list ${list.id}`
    }
  }
  return undefined
}

function remembered({ id, updatedAt, data }: CertificateList): Revocations | { readonly why: string } {
  const name = `${id} ${updatedAt}`
  const there = known.get(name)
  if (there !== undefined) return there
  const read = readRevocations(data)
  if ('why' in read) return read
  known.set(name, read)
  return read
}
