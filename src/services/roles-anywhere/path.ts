import { type Certificate, usage } from './certificate.ts'

/** A way from a certificate to an anchor, or why there is none. */
export type Path = { readonly path: readonly Certificate[] } | { readonly why: string }

/** What a path is looked for from. */
export interface Ends {
  readonly leaf: Certificate
  /** Those that may stand between, in any order. */
  readonly chain: readonly Certificate[]
  readonly anchors: readonly Certificate[]
  /** Milliseconds since 1970. */
  readonly now: number
}

/** Certificates between the first and the anchor. */
const longest = 5

/**
 * Finds the way from a certificate to an anchor, and checks everything on it.
 *
 * Gives: the certificates from the first to the anchor; or why the way that went furthest ends.
 * Cost: at most the ways that five certificates allow, and one verification for each pair of them.
 * Source: RFC 5280, section 6.1, without policies and name constraints: a certificate that demands them is refused.
 */
export function findPath({ leaf, chain, anchors, now }: Ends): Path {
  const own = leafProblem(leaf, now)
  if (own !== undefined) return { why: own }
  let furthest = { depth: -1, why: 'no certificate of the trust anchor issued it, nor one of the chain' }
  const seen: Seen = new Map()
  const step = (path: readonly Certificate[]): readonly Certificate[] | undefined => {
    const last = path.at(-1)
    if (last === undefined) return undefined
    for (const issuer of [...anchors, ...chain.filter((one) => !path.includes(one))]) {
      const isAnchor = anchors.includes(issuer)
      if (!isRelated(last, issuer)) continue
      const why = issuerProblem(issuer, path.slice(1), now) ?? issueProblem(last, issuer, seen)
      if (why !== undefined) {
        if (path.length > furthest.depth) furthest = { depth: path.length, why }
        continue
      }
      if (isAnchor) return [...path, issuer]
      const found = path.length <= longest ? step([...path, issuer]) : undefined
      if (found !== undefined) return found
    }
    return undefined
  }
  const path = step([leaf])
  return path === undefined ? { why: furthest.why } : { path }
}

/** Whether one certificate says that the other issued it. */
function isRelated({ node, issuer }: Certificate, by: Certificate): boolean {
  return issuer === by.subject || node.checkIssued(by.node)
}

function issueProblem(one: Certificate, issuer: Certificate, seen: Seen): string | undefined {
  const known = seen.get(one) ?? new Map<Certificate, string | undefined>()
  seen.set(one, known)
  if (!known.has(issuer)) known.set(issuer, issued(one, issuer))
  return known.get(issuer)
}

/** What was found out about pairs, so that no way of certificates that vouch for each other is verified twice. */
type Seen = Map<Certificate, Map<Certificate, string | undefined>>

function issued({ node, subject }: Certificate, issuer: Certificate): string | undefined {
  if (!verifies(node, issuer)) return `the signature of ${shown(subject)} is not by the key of ${shown(issuer.subject)}`
  return node.checkIssued(issuer.node)
    ? undefined
    : `${shown(subject)} names another key of ${shown(issuer.subject)} as that of its issuer`
}

function verifies(node: Certificate['node'], { node: issuer }: Certificate): boolean {
  try {
    return node.verify(issuer.publicKey)
  } catch {
    return false
  }
}

/** Takes: the certificates between the first and this one. */
function issuerProblem(issuer: Certificate, between: readonly Certificate[], now: number): string | undefined {
  const name = shown(issuer.subject)
  const { basic, usages } = issuer
  if (basic?.ca !== true) return `${name} is not a certification authority`
  if (usages !== undefined && (usages & usage.issue) === 0) return `the key of ${name} is not for issuing certificates`
  const below = between.filter(({ subject, issuer: by }) => subject !== by).length
  if (basic.pathLength !== undefined && below > basic.pathLength)
    return `${name} allows ${basic.pathLength} certification authorities below it, and there are ${below}`
  return commonProblem(issuer, now)
}

function leafProblem(leaf: Certificate, now: number): string | undefined {
  const name = shown(leaf.subject)
  if (leaf.basic?.ca === true) return `${name} is a certification authority, which cannot be an end entity`
  // DIFFERS: AWS also takes certificates that do not say what their key is for, where an old authority issued them.
  if (leaf.usages === undefined || (leaf.usages & usage.sign) === 0)
    return `the key usage of ${name} does not have digitalSignature`
  if (leaf.serialHex.length > longestSerial) return `the serial number of ${name} is longer than 20 bytes`
  return commonProblem(leaf, now)
}

/** Hexadecimal digits. Source: RFC 5280, section 4.1.2.2. */
const longestSerial = 40

/** What is wrong with a certificate wherever it stands; `undefined`: nothing. */
export function commonProblem(certificate: Certificate, now: number): string | undefined {
  const { version, notBefore, notAfter, critical, repeated } = certificate
  const name = shown(certificate.subject)
  if (version !== 3) return `${name} is of version ${version}, not 3`
  if (repeated) return `${name} has an extension twice`
  if (now < notBefore) return `${name} is not valid before ${new Date(notBefore).toISOString()}`
  if (now > notAfter) return `${name} was not valid after ${new Date(notAfter).toISOString()}`
  const strange = critical.find((type) => !understood.has(type))
  if (strange !== undefined) return `${name} has the critical extension ${strange}, which is not understood`
  return algorithmProblem(certificate)
}

/** Basic constraints, key usage, alternative names, extended key usage. */
const understood: ReadonlySet<string> = new Set(['2.5.29.19', '2.5.29.15', '2.5.29.17', '2.5.29.37'])

/** With SHA-256, SHA-384 and SHA-512: RSA in its first form, and ECDSA. */
const signatures: ReadonlySet<string> = new Set([
  ...['1.2.840.113549.1.1.11', '1.2.840.113549.1.1.12', '1.2.840.113549.1.1.13'],
  ...['1.2.840.10045.4.3.2', '1.2.840.10045.4.3.3', '1.2.840.10045.4.3.4'],
])
const curves: ReadonlySet<string> = new Set(['prime256v1', 'secp384r1', 'secp521r1'])
/** Bits. */
const rsaKeys = { least: 2048, most: 8192 } as const

function algorithmProblem({ node, subject }: Certificate): string | undefined {
  const { signatureAlgorithmOid: oid, publicKey } = node
  const name = shown(subject)
  if (!signatures.has(oid)) return `${name} is signed with the algorithm ${oid}, which is not allowed`
  const { modulusLength = 0, namedCurve = '' } = publicKey.asymmetricKeyDetails ?? {}
  if (publicKey.asymmetricKeyType === 'rsa')
    return modulusLength >= rsaKeys.least && modulusLength <= rsaKeys.most
      ? undefined
      : `the RSA key of ${name} has ${modulusLength} bits, not ${rsaKeys.least} to ${rsaKeys.most}`
  if (publicKey.asymmetricKeyType === 'ec' && curves.has(namedCurve)) return undefined
  return `the key of ${name} is neither RSA nor on the curve P-256, P-384 or P-521`
}

/** A name as it is told, cut where it is long. */
export function shown(name: string): string {
  if (name === '') return 'the certificate without a subject'
  return name.length <= 200 ? `"${name.toWellFormed()}"` : `"${name.slice(0, 200).toWellFormed()}…"`
}
