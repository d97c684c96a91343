import type { CertificateList, TrustAnchor } from '#store'
import type { World } from '../operation.ts'
import { uuidOf } from '../uuid.ts'
import { readRegionalArn } from './arn.ts'
import { nextToken, pageFrom } from './page.ts'
import { existing, placeOf, touchedById } from './place.ts'
import { rolesAnywhere } from './roles-anywhere.ts'
import { shownList } from './show.ts'
import { alsoTagging, firstTags, requestTags } from './tag.ts'

const kind = 'crl'
/** Of a trust anchor. Source: IAM Roles Anywhere, "Quotas". */
const mostLists = 2

export const ImportCrl = rolesAnywhere('ImportCrl', {
  resource: () => '*',
  context: ({ tags }) => requestTags(tags),
  also: alsoTagging,

  async run({ name, crlData, trustAnchorArn, enabled = false, tags }, world) {
    const { tables, now, random, fault } = world
    const anchor = await anchorAt(trustAnchorArn, world)
    await checkList(crlData, anchor, world)
    if ((await tables.certificateLists.ofAnchor(anchor.id)).length >= mostLists)
      throw fault('ValidationException', `A trust anchor has at most ${mostLists} revocation lists.`)
    const list: CertificateList = {
      ...placeOf(world),
      id: uuidOf(random(16)),
      name,
      enabled,
      trustAnchorId: anchor.id,
      data: crlData,
      tags: firstTags(tags, world),
      createdAt: now,
      updatedAt: now,
    }
    await tables.certificateLists.add(list)
    return { crl: shownList(list) }
  },
})

export const GetCrl = rolesAnywhere('GetCrl', {
  resource: ({ crlId }, scope) => touchedById(kind, crlId, scope),
  run: async ({ crlId }, world) => ({ crl: shownList(await listWith(crlId, world)) }),
})

export const ListCrls = rolesAnywhere('ListCrls', {
  resource: () => '*',

  async run(input, world) {
    const found = await world.tables.certificateLists.list(placeOf(world), pageFrom(input, world))
    return { crls: found.items.map(shownList), nextToken: nextToken(found) }
  },
})

export const UpdateCrl = rolesAnywhere('UpdateCrl', {
  resource: ({ crlId }, scope) => touchedById(kind, crlId, scope),

  async run({ crlId, name, crlData }, world) {
    const list = await listWith(crlId, world)
    const { trustAnchorId: id } = list
    const anchor = world.tables.trustAnchors.byId(placeOf(world), id)
    if (crlData !== undefined)
      await checkList(crlData, await existing(anchor, { kind: 'trust-anchor', id }, world), world)
    return changed({ ...list, name: name ?? list.name, data: crlData ?? list.data }, world)
  },
})

export const EnableCrl = rolesAnywhere('EnableCrl', {
  resource: ({ crlId }, scope) => touchedById(kind, crlId, scope),
  run: async ({ crlId }, world) => changed({ ...(await listWith(crlId, world)), enabled: true }, world),
})

export const DisableCrl = rolesAnywhere('DisableCrl', {
  resource: ({ crlId }, scope) => touchedById(kind, crlId, scope),
  run: async ({ crlId }, world) => changed({ ...(await listWith(crlId, world)), enabled: false }, world),
})

export const DeleteCrl = rolesAnywhere('DeleteCrl', {
  resource: ({ crlId }, scope) => touchedById(kind, crlId, scope),

  async run({ crlId }, world) {
    const list = await listWith(crlId, world)
    await world.tables.certificateLists.remove(list.id)
    return { crl: shownList(list) }
  },
})

function listWith(id: string, world: World<'ResourceNotFoundException'>): Promise<CertificateList> {
  return existing(world.tables.certificateLists.byId(placeOf(world), id), { kind, id }, world)
}

async function changed(list: CertificateList, { tables, now }: World) {
  // INVARIANT: no two states of a list have the same moment, which is what its parsed form is remembered by.
  const whole = { ...list, updatedAt: Math.max(now, list.updatedAt + 1) }
  await tables.certificateLists.update(whole)
  return { crl: shownList(whole) }
}

async function anchorAt(arn: string, world: World<'ValidationException'>): Promise<TrustAnchor> {
  const { account, region } = placeOf(world)
  const pointed = readRegionalArn(arn)
  const here = pointed?.kind === 'trust-anchor' && pointed.account === account && pointed.region === region
  const anchor = here ? await world.tables.trustAnchors.byId(pointed, pointed.id) : undefined
  if (anchor !== undefined) return anchor
  throw world.fault('ValidationException', `There is no trust anchor ${arn} in this account and region.`)
}

/** Errors: `ValidationException` for what is no list that a certificate of the trust anchor signed. */
async function checkList(
  data: Uint8Array,
  anchor: TrustAnchor,
  { fault }: World<'ValidationException'>,
): Promise<void> {
  // The parser is loaded when there is something to parse.
  const [{ readRevocations }, { readBundle }] = await Promise.all([import('./revocation.ts'), import('./bundle.ts')])
  const read = readRevocations(data)
  if ('why' in read) throw fault('ValidationException', `The CRL cannot be imported: ${read.why}.`)
  const bundle = readBundle(anchor.certificates)
  const signers = 'why' in bundle ? [] : bundle.anchors.filter(({ subject }) => subject === read.issuer)
  for (const signer of signers) if (await read.signedBy(signer)) return
  throw fault('ValidationException', 'The CRL cannot be imported: no certificate of the trust anchor signed it.')
}
