import { createPrivateKey } from 'node:crypto'
import { samlProviderArn } from '#access'
import type { SamlProvider } from '#store'
import { lettersOf } from '../mint.ts'
import type { Scope, Touched, World } from '../operation.ts'
import { readSamlMetadata } from '../saml-metadata.ts'
import { dateOf } from './date.ts'
import { iam } from './iam.ts'
import { makeRoom } from './quota.ts'
import { firstTags, requestTags, shownTags } from './tag.ts'

export const CreateSAMLProvider = iam('CreateSAMLProvider', {
  resource: ({ Name }, { account }) => samlProviderArn(account, Name),
  context: ({ Tags }) => requestTags(Tags),

  async run({ Name, SAMLMetadataDocument, AssertionEncryptionMode, AddPrivateKey, Tags }, world) {
    const { account, tables, now, random } = world
    const provider: SamlProvider = {
      account,
      id: `ASAML${lettersOf(random(19))}`,
      name: Name,
      path: '/',
      ...described(SAMLMetadataDocument, world),
      ...(AssertionEncryptionMode === undefined ? {} : { encryption: AssertionEncryptionMode }),
      tags: firstTags(Tags, world),
      createdAt: now,
    }
    makeRoom('SAMLProvidersPerAccount', await tables.samlProviders.count(account), world)
    if (!(await tables.samlProviders.add(provider)))
      throw world.fault('EntityAlreadyExists', `SAMLProvider with name ${Name} already exists.`)
    if (AddPrivateKey !== undefined) await addKey(provider, AddPrivateKey, world)
    return { SAMLProviderArn: arnOf(provider), Tags: shownTags(provider.tags) }
  },
})

export const GetSAMLProvider = iam('GetSAMLProvider', {
  resource: ({ SAMLProviderArn }, scope) => touchedSamlProvider(SAMLProviderArn, scope),

  async run({ SAMLProviderArn }, world) {
    const provider = await samlProviderAt(SAMLProviderArn, world)
    const keys = await world.tables.samlProviders.keysOf(provider.id)
    return {
      SAMLProviderUUID: provider.id,
      SAMLMetadataDocument: provider.metadata,
      ...moments(provider),
      Tags: shownTags(provider.tags),
      AssertionEncryptionMode: provider.encryption,
      PrivateKeyList: keys.map(({ id, createdAt }) => ({ KeyId: id, Timestamp: dateOf(createdAt) })),
    }
  },
})

export const ListSAMLProviders = iam('ListSAMLProviders', {
  resource: () => '*',

  async run(_, { account, tables }) {
    const { items } = await tables.samlProviders.list(account, { limit: 1000 })
    return { SAMLProviderList: items.map((provider) => ({ Arn: arnOf(provider), ...moments(provider) })) }
  },
})

export const UpdateSAMLProvider = iam('UpdateSAMLProvider', {
  resource: ({ SAMLProviderArn }, scope) => touchedSamlProvider(SAMLProviderArn, scope),

  async run({ SAMLProviderArn, SAMLMetadataDocument, AssertionEncryptionMode, ...keys }, world) {
    const provider = await samlProviderAt(SAMLProviderArn, world)
    await world.tables.samlProviders.update({
      ...provider,
      ...(SAMLMetadataDocument === undefined ? {} : described(SAMLMetadataDocument, world)),
      ...(AssertionEncryptionMode === undefined ? {} : { encryption: AssertionEncryptionMode }),
    })
    const { RemovePrivateKey, AddPrivateKey } = keys
    if (RemovePrivateKey !== undefined) await removeKey(provider, RemovePrivateKey, world)
    if (AddPrivateKey !== undefined) await addKey(provider, AddPrivateKey, world)
    return { SAMLProviderArn }
  },
})

export const DeleteSAMLProvider = iam('DeleteSAMLProvider', {
  resource: ({ SAMLProviderArn }, scope) => touchedSamlProvider(SAMLProviderArn, scope),

  async run({ SAMLProviderArn }, world) {
    const provider = await samlProviderAt(SAMLProviderArn, world)
    await world.tables.samlProviders.remove(provider.id)
    return {}
  },
})

/** What is touched when a provider's ARN is given. */
export async function touchedSamlProvider(arn: string, scope: Scope): Promise<Touched> {
  const tags = (await samlProviderIn(arn, scope))?.tags
  return tags === undefined ? { arn } : { arn, tags }
}

/** The provider with that ARN. Errors: `InvalidInput` for another thing's ARN; `NoSuchEntity`. */
export async function samlProviderAt(
  arn: string,
  world: World<'InvalidInput' | 'NoSuchEntity'>,
): Promise<SamlProvider> {
  if (!providerArn.test(arn)) throw world.fault('InvalidInput', `ARN ${arn} is not valid.`)
  const provider = await samlProviderIn(arn, world)
  if (provider === undefined) throw world.fault('NoSuchEntity', `Manifest not found for arn ${arn}`)
  return provider
}

const providerArn = /^arn:aws:iam::(\d{12}):saml-provider\/([\w._-]{1,128})$/

async function samlProviderIn(arn: string, { account, tables }: Scope): Promise<SamlProvider | undefined> {
  const [, owner, name] = providerArn.exec(arn) ?? []
  if (name === undefined || owner !== account) return undefined
  const provider = await tables.samlProviders.byName(account, name)
  return provider?.name === name ? provider : undefined
}

function arnOf({ account, name }: SamlProvider): string {
  return samlProviderArn(account, name)
}

function described(
  document: string,
  world: World<'InvalidInput'>,
): Pick<SamlProvider, 'metadata' | 'entityId' | 'validUntil'> {
  const read = readSamlMetadata(document)
  if (read === undefined) throw world.fault('InvalidInput', 'Could not parse metadata')
  return { metadata: document, entityId: read.entityId, validUntil: read.validUntil }
}

function moments({ createdAt, validUntil }: SamlProvider) {
  return { CreateDate: dateOf(createdAt), ValidUntil: validUntil === undefined ? undefined : dateOf(validUntil) }
}

async function addKey(provider: SamlProvider, pem: string, world: World<'InvalidInput' | 'LimitExceeded'>) {
  const { samlProviders } = world.tables
  if (!isRsaKey(pem)) throw world.fault('InvalidInput', 'The private key is not a valid RSA private key in PEM format.')
  makeRoom('PrivateKeysPerSAMLProvider', (await samlProviders.keysOf(provider.id)).length, world)
  const id = lettersOf(world.random(24))
  await samlProviders.addKey({ id, providerId: provider.id, createdAt: world.now }, pem)
}

async function removeKey({ id }: SamlProvider, keyId: string, world: World<'NoSuchEntity'>) {
  if (!(await world.tables.samlProviders.removeKey(id, keyId)))
    throw world.fault('NoSuchEntity', `The private key with id ${keyId} cannot be found.`)
}

/** INVARIANT: what the reader says of a key is never told: it could tell of the key. */
function isRsaKey(pem: string): boolean {
  try {
    return createPrivateKey({ key: pem, format: 'pem' }).asymmetricKeyType === 'rsa'
  } catch {
    return false
  }
}
