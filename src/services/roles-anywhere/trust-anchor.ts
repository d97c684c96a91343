import type { TrustAnchor } from '#store'
import type { World } from '../operation.ts'
import { uuidOf } from '../uuid.ts'
import { changedNotifications, usualNotifications } from './notification.ts'
import { nextToken, pageFrom } from './page.ts'
import { existing, placeOf, touchedById } from './place.ts'
import { rolesAnywhere } from './roles-anywhere.ts'
import { shownAnchor } from './show.ts'
import { alsoTagging, firstTags, requestTags } from './tag.ts'

const kind = 'trust-anchor'
/** Of an account, in a region. Source: IAM Roles Anywhere, "Quotas". */
const mostAnchors = 50

export const CreateTrustAnchor = rolesAnywhere('CreateTrustAnchor', {
  resource: () => '*',
  context: ({ tags }) => requestTags(tags),
  also: alsoTagging,

  async run({ name, source, enabled = false, tags, notificationSettings = [] }, world) {
    const { tables, now, random } = world
    const place = placeOf(world)
    const certificates = await certificatesOf(source, world)
    if ((await tables.trustAnchors.count(place)) >= mostAnchors)
      throw world.fault('ValidationException', `An account has at most ${mostAnchors} trust anchors in a region.`)
    const anchor: TrustAnchor = {
      ...place,
      id: uuidOf(random(16)),
      name,
      enabled,
      certificates,
      notifications: changedNotifications(usualNotifications, notificationSettings, world),
      tags: firstTags(tags, world),
      createdAt: now,
      updatedAt: now,
    }
    await tables.trustAnchors.add(anchor)
    return { trustAnchor: shownAnchor(anchor) }
  },
})

export const GetTrustAnchor = rolesAnywhere('GetTrustAnchor', {
  resource: ({ trustAnchorId }, scope) => touchedById(kind, trustAnchorId, scope),
  run: async ({ trustAnchorId }, world) => ({ trustAnchor: shownAnchor(await anchorWith(trustAnchorId, world)) }),
})

export const ListTrustAnchors = rolesAnywhere('ListTrustAnchors', {
  resource: () => '*',

  async run(input, world) {
    const found = await world.tables.trustAnchors.list(placeOf(world), pageFrom(input, world))
    return { trustAnchors: found.items.map(shownAnchor), nextToken: nextToken(found) }
  },
})

export const UpdateTrustAnchor = rolesAnywhere('UpdateTrustAnchor', {
  resource: ({ trustAnchorId }, scope) => touchedById(kind, trustAnchorId, scope),

  async run({ trustAnchorId, name, source }, world) {
    const anchor = await anchorWith(trustAnchorId, world)
    const certificates = source === undefined ? anchor.certificates : await certificatesOf(source, world)
    return changed({ ...anchor, name: name ?? anchor.name, certificates }, world)
  },
})

export const EnableTrustAnchor = rolesAnywhere('EnableTrustAnchor', {
  resource: ({ trustAnchorId }, scope) => touchedById(kind, trustAnchorId, scope),
  run: async ({ trustAnchorId }, world) =>
    changed({ ...(await anchorWith(trustAnchorId, world)), enabled: true }, world),
})

export const DisableTrustAnchor = rolesAnywhere('DisableTrustAnchor', {
  resource: ({ trustAnchorId }, scope) => touchedById(kind, trustAnchorId, scope),
  run: async ({ trustAnchorId }, world) =>
    changed({ ...(await anchorWith(trustAnchorId, world)), enabled: false }, world),
})

export const DeleteTrustAnchor = rolesAnywhere('DeleteTrustAnchor', {
  resource: ({ trustAnchorId }, scope) => touchedById(kind, trustAnchorId, scope),

  async run({ trustAnchorId }, world) {
    const anchor = await anchorWith(trustAnchorId, world)
    const { certificateLists, trustAnchors } = world.tables
    // What revokes certificates of an authority that nobody trusts any more means nothing.
    for (const { id } of await certificateLists.ofAnchor(anchor.id)) await certificateLists.remove(id)
    await trustAnchors.remove(anchor.id)
    return { trustAnchor: shownAnchor(anchor) }
  },
})

function anchorWith(id: string, world: World<'ResourceNotFoundException'>): Promise<TrustAnchor> {
  return existing(world.tables.trustAnchors.byId(placeOf(world), id), { kind, id }, world)
}

async function changed(anchor: TrustAnchor, { tables, now }: World) {
  const whole = { ...anchor, updatedAt: now }
  await tables.trustAnchors.update(whole)
  return { trustAnchor: shownAnchor(whole) }
}

interface Source {
  readonly sourceType?: string | undefined
  readonly sourceData?: { readonly x509CertificateData?: string | undefined } | undefined
}

/** The certificates of a source. Errors: `ValidationException` for what is no bundle of authorities that are good now. */
async function certificatesOf(
  { sourceType, sourceData }: Source,
  world: World<'ValidationException'>,
): Promise<string> {
  const { fault, now } = world
  if (sourceType !== 'CERTIFICATE_BUNDLE')
    // DIFFERS: there is no AWS Private CA here to ask for certificates.
    throw fault('ValidationException', 'The sourceType of a trust anchor must be CERTIFICATE_BUNDLE here.')
  const text = sourceData?.x509CertificateData
  if (text === undefined)
    throw fault('ValidationException', 'The sourceData of a certificate bundle must have x509CertificateData.')
  // The parser is loaded when there is something to parse.
  const { anchorProblem, readBundle } = await import('./bundle.ts')
  const bundle = readBundle(text)
  const why = 'why' in bundle ? bundle.why : anchorProblem(bundle.anchors, now)
  if (why !== undefined) throw fault('ValidationException', `The certificate bundle cannot be a trust anchor: ${why}.`)
  return text
}
