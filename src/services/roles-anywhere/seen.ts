import { hash } from 'node:crypto'
import type { RegionalPlace, SubjectSeen } from '#store'
import { uuidOf } from '../uuid.ts'
import type { Certificate } from './certificate.ts'

/** How a certificate was shown. */
export interface Showing {
  readonly certificate: Certificate
  readonly place: RegionalPlace
  /** Milliseconds since 1970. */
  readonly at: number
  readonly failed: boolean
  readonly properties?: Readonly<Record<string, string>> | undefined
}

/** What is remembered of a subject that showed a certificate. */
export function subjectSeen({ certificate, place, at, failed, properties }: Showing): SubjectSeen {
  const { account, region } = place
  const { serial, issuer, der } = certificate
  const x509Subject = subjectName(certificate)
  const text = JSON.stringify([account, region, x509Subject])
  const shown = { seenAt: at, failed }
  return {
    account,
    region,
    id: uuidOf(hash('sha256', text, 'buffer').subarray(0, 16)),
    x509Subject,
    credential: { serialNumber: serial, issuer, certificate: Buffer.from(der).toString('base64'), ...shown },
    ...(properties === undefined ? {} : { instanceProperties: { properties: { ...properties }, ...shown } }),
  }
}

/** A certificate without a subject is known by the first URI that it is for, as identities of SPIFFE are. */
function subjectName({ subject, alternatives }: Certificate): string {
  if (subject !== '') return subject
  return alternatives.uri[0] === undefined ? '' : `URI=${alternatives.uri[0]}`
}
