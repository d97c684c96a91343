import { Lru } from '#access'
import { type Certificate, readCertificate } from './certificate.ts'
import { commonProblem, shown } from './path.ts'
import { pemBlocks } from './pem.ts'

/** Certificates of a trust anchor, or why they are none. */
export type Bundle = { readonly anchors: readonly Certificate[] } | { readonly why: string }

const mostAnchors = 100

const mostKnown = 100
/** By their text: a trust anchor is asked for again and again, and changes seldom. */
const known = new Lru<Bundle>(mostKnown)

/** Reads the certificates of a trust anchor from PEM, and remembers them. Text between them is a comment. */
export function readBundle(text: string): Bundle {
  const there = known.get(text)
  if (there !== undefined) return there
  const read = bundleIn(text)
  if ('why' in read) return read
  known.set(text, read)
  return read
}

function bundleIn(text: string): Bundle {
  const blocks = pemBlocks(text, ['CERTIFICATE'])
  if (blocks === undefined || blocks.length === 0) return { why: 'it is not made of certificates in PEM' }
  if (blocks.length > mostAnchors) return { why: `it has more than ${mostAnchors} certificates` }
  const read = blocks.map(readCertificate)
  const anchors = read.filter((one) => one !== undefined)
  return anchors.length === read.length ? { anchors } : { why: 'a certificate of it cannot be read' }
}

/** What makes certificates unfit for a trust anchor when it is made; `undefined`: nothing. */
export function anchorProblem(anchors: readonly Certificate[], now: number): string | undefined {
  for (const anchor of anchors) {
    if (anchor.basic?.ca !== true) return `${shown(anchor.subject)} is not a certification authority`
    const why = commonProblem(anchor, now)
    if (why !== undefined) return why
  }
  return undefined
}
