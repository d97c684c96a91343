import type { SigningCertificate } from '#store'
import { lettersOf } from '../mint.ts'
import type { World } from '../operation.ts'
import { age, readCertificate } from './certificate.ts'
import { dateOf } from './date.ts'
import { iam } from './iam.ts'
import { openListing, portion } from './marker.ts'
import { makeRoom } from './quota.ts'
import { type Holder, holderMeant, touchedSelf } from './self.ts'
import { newStatus, oldestFirst, shownStatus } from './status.ts'

export const UploadSigningCertificate = iam('UploadSigningCertificate', {
  resource: ({ UserName }, scope) => touchedSelf(UserName, scope),

  async run({ UserName, CertificateBody }, world) {
    const { account, tables, now, random, fault } = world
    const holder = await holderMeant(UserName, world)
    const { signingCertificates } = tables
    makeRoom('SigningCertificatesPerUser', (await signingCertificates.ofUser(account, holder.userId)).length, world)
    const certificate: SigningCertificate = {
      id: lettersOf(random(32)),
      account,
      ...(holder.userId === undefined ? {} : { userId: holder.userId }),
      fingerprint: fingerprintOf(CertificateBody, world),
      body: CertificateBody,
      active: true,
      createdAt: now,
    }
    if (!(await signingCertificates.add(certificate)))
      throw fault('DuplicateCertificate', 'The same certificate is associated with an IAM user in the account.')
    return { Certificate: shownCertificate(certificate, holder) }
  },
})

export const ListSigningCertificates = iam('ListSigningCertificates', {
  resource: ({ UserName }, scope) => touchedSelf(UserName, scope),

  async run({ UserName, ...page }, world) {
    const holder = await holderMeant(UserName, world)
    const listing = openListing('ListSigningCertificates', page, world)
    const certificates = await world.tables.signingCertificates.ofUser(world.account, holder.userId)
    const found = portion(certificates, oldestFirst, listing.page)
    const Certificates = found.items.map((certificate) => shownCertificate(certificate, holder))
    return { Certificates, ...listing.end(found, oldestFirst) }
  },
})

export const UpdateSigningCertificate = iam('UpdateSigningCertificate', {
  resource: ({ UserName }, scope) => touchedSelf(UserName, scope),

  async run({ UserName, CertificateId, Status }, world) {
    const { id } = await heldCertificate(CertificateId, UserName, world)
    await world.tables.signingCertificates.setActive(id, newStatus(Status, world))
    return {}
  },
})

export const DeleteSigningCertificate = iam('DeleteSigningCertificate', {
  resource: ({ UserName }, scope) => touchedSelf(UserName, scope),

  async run({ UserName, CertificateId }, world) {
    const { id } = await heldCertificate(CertificateId, UserName, world)
    await world.tables.signingCertificates.remove(id)
    return {}
  },
})

/** Errors: `MalformedCertificate`; `InvalidCertificate` for one that is not valid now. */
function fingerprintOf(text: string, world: World<'MalformedCertificate' | 'InvalidCertificate'>): string {
  const certificate = readCertificate(text)
  if (certificate === undefined)
    throw world.fault(
      'MalformedCertificate',
      'Unable to parse certificate. Please ensure the certificate is in PEM format.',
    )
  const now = age(certificate, world.now)
  if (now === 'expired') throw world.fault('InvalidCertificate', 'The certificate has expired.')
  if (now === 'early') throw world.fault('InvalidCertificate', 'The certificate is not valid yet.')
  return certificate.fingerprint256
}

async function heldCertificate(id: string, given: string | undefined, world: World<'NoSuchEntity'>) {
  const { userId } = await holderMeant(given, world)
  const held = await world.tables.signingCertificates.ofUser(world.account, userId)
  const certificate = held.find((one) => one.id === id)
  if (certificate === undefined) throw world.fault('NoSuchEntity', `The Certificate with id ${id} cannot be found.`)
  return certificate
}

function shownCertificate({ id, body, active, createdAt }: SigningCertificate, { name }: Holder) {
  const Status = shownStatus(active)
  return { UserName: name, CertificateId: id, CertificateBody: body, Status, UploadDate: dateOf(createdAt) }
}
