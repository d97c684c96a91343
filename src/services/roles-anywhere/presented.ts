import type { AccountCaller } from '#access'
import { missingAuthenticationToken, readX509Claim, verifyX509Claim, type X509Claim } from '#protocol'
import type { CertificateList, RolesAnywhereProfile, Tag, TrustAnchor } from '#store'
import type { Vouched, Vouching } from '../operation.ts'
import { type Pointed, readRegionalArn, regionalArn } from './arn.ts'
import type { Certificate } from './certificate.ts'
import { subjectSeen } from './seen.ts'

/** What a call for a session asks for. */
export interface Asked {
  readonly profileArn: string
  readonly roleArn: string
  readonly trustAnchorArn: string
  readonly roleSessionName?: string | undefined
  readonly instanceProperties?: Readonly<Record<string, string>> | undefined
}

/** A certificate that was taken, and what follows from it. */
export interface Presented {
  readonly certificate: Certificate
  readonly profile: RolesAnywhereProfile
  readonly tags: readonly Tag[]
  readonly sessionName: string
  /** The common name; absent where the subject has none. */
  readonly sourceIdentity?: string
}

type Code = 'AccessDeniedException' | 'ResourceNotFoundException' | 'ValidationException'
type Refuse = Vouching<Code>['refuse']

const service = 'rolesanywhere.amazonaws.com'

// INVARIANT: only `vouchedBy` writes it, for certificates whose every check held.
const taken = new WeakMap<object, Presented>()

/** What was taken of the certificate of a call. Gives: `undefined` where nobody vouched for it. */
export function presentedIn(input: object): Presented | undefined {
  return taken.get(input)
}

/**
 * Finds whom the certificate of a request stands for.
 * Errors: refusals that need not be recorded, for what is signed by nobody that is known.
 * Gives: the service that acts for the certificate's subject, and a refusal where the certificate may not have what it asks for.
 */
export async function vouchedBy(input: Asked, vouching: Vouching<Code>): Promise<Vouched> {
  const { request, now, refuse } = vouching
  const claim = request && readX509Claim(request)
  if (request === undefined || claim === undefined) throw missingAuthenticationToken()
  verifyX509Claim(request, claim, { now, service: 'rolesanywhere' })
  const found = await foundFor(pointedIn(input, claim, refuse), vouching)
  const { path, certificate } = await trusted(claim, found.anchor, { now, refuse })
  const caller = callerFor(certificate, found.anchor, claim)
  const { revocationProblem } = await import('./revocation.ts')
  const { mappedTags } = await import('./attribute.ts')
  const refused = (message: string, why: string) => {
    const { account, region } = caller
    const { instanceProperties: properties } = input
    vouching.seen?.(subjectSeen({ certificate, place: { account, region }, at: now, failed: true, properties }))
    return { caller, refusal: refuse('AccessDeniedException', message, told(why)) }
  }
  const revoked = await revocationProblem(path, found.lists)
  if (revoked !== undefined) return refused('Certificate has been revoked', revoked)
  const mapped = mappedTags(certificate, found.profile.mappings)
  const problem =
    profileProblem(input, found.profile) ?? ('failed' in mapped ? mapped.failed : nameProblem(certificate))
  if (problem !== undefined || 'failed' in mapped) return refused(sentence(input, problem), problem ?? '')
  const sourceIdentity = commonName(certificate)
  taken.set(input, {
    certificate,
    profile: found.profile,
    tags: mapped.tags,
    sessionName: input.roleSessionName ?? certificate.serialHex,
    ...(sourceIdentity === undefined ? {} : { sourceIdentity }),
  })
  return { caller: { ...caller, tags: mapped.tags } }
}

function sentence({ roleArn }: Asked, problem = ''): string {
  return `Unable to assume role for ${roleArn}. ${problem}`
}

interface Named {
  readonly anchor: Pointed
  readonly profile: Pointed
}

/** Holds the three ARNs of a call to one account, and to the region that it is signed for. Errors: `ValidationException`. */
function pointedIn({ trustAnchorArn, profileArn, roleArn }: Asked, { scope }: X509Claim, refuse: Refuse): Named {
  const wrong = (message: string) => refuse('ValidationException', message, 'certificate check names: see the message')
  const anchor = readRegionalArn(trustAnchorArn)
  const profile = readRegionalArn(profileArn)
  if (anchor?.kind !== 'trust-anchor') throw wrong('trustAnchorArn is not the ARN of a trust anchor.')
  if (profile?.kind !== 'profile') throw wrong('profileArn is not the ARN of a profile.')
  if (anchor.region !== scope.region || profile.region !== scope.region)
    throw wrong(
      `The trust anchor and the profile must be in the region ${scope.region}, which the request is signed for.`,
    )
  const account = /^arn:aws:iam::(\d{12}):role\/./.exec(roleArn)?.[1]
  if (account !== anchor.account || profile.account !== account)
    throw wrong('The trust anchor, the profile and the role must be of one account.')
  return { anchor, profile }
}

interface Found {
  readonly anchor: TrustAnchor
  readonly profile: RolesAnywhereProfile
  readonly lists: readonly CertificateList[]
}

async function foundFor(named: Named, { read, refuse }: Vouching<Code>): Promise<Found> {
  const { anchor, profile, lists } = await read(async ({ trustAnchors, rolesAnywhereProfiles, certificateLists }) => ({
    anchor: await trustAnchors.byId(named.anchor, named.anchor.id),
    profile: await rolesAnywhereProfiles.byId(named.profile, named.profile.id),
    lists: await certificateLists.ofAnchor(named.anchor.id),
  }))
  const missing = (what: string) =>
    refuse('ResourceNotFoundException', `${what} was not found.`, `certificate check names: there is no such ${what}`)
  if (anchor === undefined) throw missing('Trust anchor')
  if (profile === undefined) throw missing('Profile')
  if (!anchor.enabled)
    throw refuse(
      'AccessDeniedException',
      'Trust anchor is disabled',
      `certificate check anchor: ${anchor.id} is disabled`,
    )
  return { anchor, profile, lists: lists.filter(({ enabled }) => enabled) }
}

interface Judging {
  readonly now: number
  readonly refuse: Refuse
}

/** The way from the certificate to the trust anchor. Errors: `AccessDeniedException`. */
async function trusted({ certificate: node, chain: nodes }: X509Claim, anchor: TrustAnchor, { now, refuse }: Judging) {
  // The parser is loaded when there is something to parse.
  const [{ certificateOf }, { readBundle }, { findPath }] = await Promise.all([
    import('./certificate.ts'),
    import('./bundle.ts'),
    import('./path.ts'),
  ])
  const untrusted = (why: string) => refuse('AccessDeniedException', 'Untrusted signing certificate', told(why))
  const leaf = certificateOf(node)
  const chain = nodes.map(certificateOf).filter((one) => one !== undefined)
  if (leaf === undefined || chain.length < nodes.length) throw untrusted('a certificate of the request cannot be read')
  const bundle = readBundle(anchor.certificates)
  if ('why' in bundle) throw untrusted(`the trust anchor ${anchor.id} cannot be used: ${bundle.why}`)
  const found = findPath({ leaf, chain, anchors: bundle.anchors, now })
  if ('why' in found) throw untrusted(found.why)
  return { path: found.path, certificate: leaf }
}

function told(why: string): string {
  return `certificate check: ${why}`
}

/** The service, which acts for whoever the certificate was issued to. */
function callerFor({ subject, serialHex }: Certificate, anchor: TrustAnchor, { scope }: X509Claim): AccountCaller {
  return {
    kind: 'certificate',
    account: anchor.account,
    principal: { type: 'service', service, arn: service },
    userId: `${service}:${serialHex}`,
    name: subject,
    tags: [],
    region: scope.region,
    claims: {
      'aws:SourceArn': regionalArn('trust-anchor', anchor, anchor.id),
      'aws:SourceAccount': anchor.account,
    },
  }
}

function profileProblem(input: Asked, profile: RolesAnywhereProfile): string | undefined {
  if (!profile.enabled) return 'The profile is disabled.'
  if (!profile.roleArns.includes(input.roleArn)) return 'The role is not in the profile.'
  if (input.roleSessionName !== undefined && !profile.acceptRoleSessionName)
    return 'The profile does not accept a role session name.'
  if (profile.requireInstanceProperties && Object.keys(input.instanceProperties ?? {}).length === 0)
    return 'The profile requires instance properties.'
  return undefined
}

function commonName({ subjectParts }: Certificate): string | undefined {
  return subjectParts.find(({ type }) => type === 'CN')?.value
}

function nameProblem(certificate: Certificate): string | undefined {
  const name = commonName(certificate)
  if (name === undefined || /^[\w+=,.@-]{2,64}$/.test(name)) return undefined
  return 'The common name of the certificate cannot be a source identity.'
}
