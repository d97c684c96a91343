import { serverCertificateArn } from '#access'
import type { ServerCertificate } from '#store'
import type { Scope, Touched, World } from '../operation.ts'
import { age, belongs, brokenLink, readCertificate, readCertificates, readPrivateKey } from './certificate.ts'
import { dateOf } from './date.ts'
import { iam } from './iam.ts'
import { openListing } from './marker.ts'
import { makeRoom } from './quota.ts'
import { firstTags, requestTags, shownTags } from './tag.ts'

export const UploadServerCertificate = iam('UploadServerCertificate', {
  resource: ({ Path = '/', ServerCertificateName }, { account }) =>
    serverCertificateArn(account, Path, ServerCertificateName),
  context: ({ Tags }) => requestTags(Tags),

  async run({ ServerCertificateName: name, Path = '/', CertificateBody, CertificateChain, PrivateKey, Tags }, world) {
    const { account, tables, mint, now, fault } = world
    const tags = firstTags(Tags, world)
    const certificate: ServerCertificate = {
      account,
      id: mint('ASCA'),
      name,
      path: Path,
      createdAt: now,
      body: CertificateBody,
      ...(CertificateChain === undefined ? {} : { chain: CertificateChain }),
      expiresAt: check({ body: CertificateBody, chain: CertificateChain, privateKey: PrivateKey }, world),
      tags,
    }
    makeRoom('ServerCertificatesPerAccount', await tables.serverCertificates.count(account), world)
    if (!(await tables.serverCertificates.add(certificate, PrivateKey)))
      throw fault('EntityAlreadyExists', `The Server Certificate with name ${name} already exists.`)
    return { ServerCertificateMetadata: shownMetadata(certificate), Tags: shownTags(tags) }
  },
})

export const GetServerCertificate = iam('GetServerCertificate', {
  resource: ({ ServerCertificateName }, scope) => touchedCertificate(ServerCertificateName, scope),

  async run({ ServerCertificateName }, world) {
    const certificate = await certificateNamed(ServerCertificateName, world)
    const ServerCertificateMetadata = shownMetadata(certificate)
    const { body, chain, tags } = certificate
    return {
      ServerCertificate: {
        ServerCertificateMetadata,
        CertificateBody: body,
        CertificateChain: chain,
        Tags: shownTags(tags),
      },
    }
  },
})

export const ListServerCertificates = iam('ListServerCertificates', {
  resource: () => '*',

  async run({ PathPrefix, ...page }, world) {
    const listing = openListing('ListServerCertificates', page, world)
    const under = PathPrefix === undefined ? {} : { pathPrefix: PathPrefix }
    const found = await world.tables.serverCertificates.list(world.account, { ...listing.page, ...under })
    const ServerCertificateMetadataList = found.items.map(shownMetadata)
    return { ServerCertificateMetadataList, ...listing.end(found, ({ name }) => name) }
  },
})

export const UpdateServerCertificate = iam('UpdateServerCertificate', {
  async resource({ ServerCertificateName: name, NewServerCertificateName, NewPath }, scope) {
    const old = await touchedCertificate(name, scope)
    const found = await scope.tables.serverCertificates.byName(scope.account, name)
    const path = NewPath ?? found?.path ?? '/'
    const arn = serverCertificateArn(scope.account, path, NewServerCertificateName ?? found?.name ?? name)
    return arn === old.arn ? old : [old, { ...old, arn }]
  },

  async run({ ServerCertificateName, NewServerCertificateName, NewPath }, world) {
    const old = await certificateNamed(ServerCertificateName, world)
    const moved = { ...old, name: NewServerCertificateName ?? old.name, path: NewPath ?? old.path }
    if (!(await world.tables.serverCertificates.update(moved)))
      throw world.fault('EntityAlreadyExists', `The Server Certificate with name ${moved.name} already exists.`)
    return {}
  },
})

export const DeleteServerCertificate = iam('DeleteServerCertificate', {
  resource: ({ ServerCertificateName }, scope) => touchedCertificate(ServerCertificateName, scope),

  async run({ ServerCertificateName }, world) {
    const { id } = await certificateNamed(ServerCertificateName, world)
    await world.tables.serverCertificates.remove(id)
    return {}
  },
})

/** The server certificate of that name, in any case of letters. Errors: `NoSuchEntity`. */
export async function certificateNamed(name: string, world: World<'NoSuchEntity'>): Promise<ServerCertificate> {
  const certificate = await world.tables.serverCertificates.byName(world.account, name)
  if (certificate === undefined)
    throw world.fault('NoSuchEntity', `The Server Certificate with name ${name} cannot be found.`)
  return certificate
}

/** What is touched when a server certificate is named: at its own path where it is there, else at the path `/`. */
export async function touchedCertificate(name: string, { account, tables }: Scope): Promise<Touched> {
  const found = await tables.serverCertificates.byName(account, name)
  if (found === undefined) return { arn: serverCertificateArn(account, '/', name) }
  return { arn: serverCertificateArn(account, found.path, found.name), tags: found.tags }
}

/** What is uploaded, as text. */
interface Upload {
  readonly body: string
  readonly chain: string | undefined
  readonly privateKey: string
}

/**
 * Checks what is uploaded. Gives: when the certificate expires.
 * Errors: `MalformedCertificate`, `KeyPairMismatch`.
 */
function check({ body, chain, privateKey }: Upload, world: World<'MalformedCertificate' | 'KeyPairMismatch'>): number {
  const malformed = (message: string) => world.fault('MalformedCertificate', message)
  const leaf = readCertificate(body)
  if (leaf === undefined)
    throw malformed('Unable to parse certificate. Please ensure the certificate is in PEM format.')
  const key = readPrivateKey(privateKey)
  if (key === undefined) throw malformed('Invalid Private Key.')
  if (!belongs(key, leaf))
    throw world.fault('KeyPairMismatch', 'The public key certificate and the private key do not match.')
  const now = age(leaf, world.now)
  if (now === 'expired') throw malformed("Certificate is no longer valid. The 'Not After' date is past.")
  if (now === 'early') throw malformed("Certificate is not yet valid. The 'Not Before' date is in the future.")
  if (chain === undefined) return leaf.validToDate.getTime()
  const certificates = readCertificates(chain)
  if (certificates === undefined)
    throw malformed('Unable to parse certificate chain. Please ensure the certificates are in PEM format.')
  const broken = brokenLink(leaf, certificates)
  if (broken !== undefined)
    throw malformed(
      'Unable to validate certificate chain. The certificate chain must start with the immediate signing certificate, ' +
        `followed by any intermediaries in order. The index within the chain of the invalid certificate is: ${broken}`,
    )
  return leaf.validToDate.getTime()
}

function shownMetadata({ account, id, name, path, createdAt, expiresAt }: ServerCertificate) {
  return {
    Path: path,
    ServerCertificateName: name,
    ServerCertificateId: id,
    Arn: serverCertificateArn(account, path, name),
    UploadDate: dateOf(createdAt),
    Expiration: dateOf(expiresAt),
  }
}
