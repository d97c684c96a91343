import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { after, test } from 'node:test'
import {
  CreateSAMLProviderCommand,
  DeleteSAMLProviderCommand,
  GetAccountSummaryCommand,
  GetSAMLProviderCommand,
  ListSAMLProvidersCommand,
  ListSAMLProviderTagsCommand,
  TagSAMLProviderCommand,
  UntagSAMLProviderCommand,
  UpdateSAMLProviderCommand,
} from '@aws-sdk/client-iam'
import { openFrontDoor } from '../../../test/front-door.ts'

const door = await openFrontDoor()
after(() => door.close())
const { iam, account } = door

/** A certificate of nobody, valid until 2046. */
const certificate =
  'MIIBijCCAS+gAwIBAgIUVfAAQABGcmsmk83twANFaeItRk8wCgYIKoZIzj0EAwIwGjEYMBYGA1UEAwwPaWRwLmV4YW1wbGUuY29tMB4XDTI2MT' +
  'EyNDIyMTAwMVoXDTQ2MTExOTIyMTAwMVowGjEYMBYGA1UEAwwPaWRwLmV4YW1wbGUuY29tMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE9DIy' +
  'WzBFMXo1RMs3u9M7Ia9Gsd5mDNUoRkd1tB+1ENIYcx3Yd3v74k36yiWjLkCFb3oqOp9xVYyt3OuqwAXh/6NTMFEwHQYDVR0OBBYEFM8T/aI6/1' +
  '4gMk3s3veTVWDJOj7qMB8GA1UdIwQYMBaAFM8T/aI6/14gMk3s3veTVWDJOj7qMA8GA1UdEwEB/wQFMAMBAf8wCgYIKoZIzj0EAwIDSQAwRgIh' +
  'AJrKJ8dqKSl5AbL35IguPL+g4V3u+hphp3jjAg9MgmBOAiEAlNr9c0bGf/9jzXzBe/mFcNuMF6+BRh5q85RZ2eik6Lg='
interface Parts {
  readonly certificate?: string
  readonly use?: string
  readonly attributes?: string
  readonly prologue?: string
}

/** Metadata of an identity provider, as long as AWS asks for at least. */
function metadata(entityId: string, parts: Parts = {}): string {
  const { use = ' use="signing"', attributes = '', prologue = '<?xml version="1.0"?>' } = parts
  const key = `<ds:X509Certificate>\n${parts.certificate ?? certificate}\n</ds:X509Certificate>`
  return (
    `${prologue}<EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" entityID="${entityId}"${attributes}>` +
    '<IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">' +
    `<KeyDescriptor${use}><ds:KeyInfo xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><ds:X509Data>${key}` +
    '</ds:X509Data></ds:KeyInfo></KeyDescriptor>' +
    '<SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" Location="https://idp.example.com/sso"/>' +
    `</IDPSSODescriptor></EntityDescriptor><!-- ${'padding '.repeat(60)}-->`
  )
}

const create = (Name: string, SAMLMetadataDocument = metadata('https://idp.example.com'), more: object = {}) =>
  iam.send(new CreateSAMLProviderCommand({ Name, SAMLMetadataDocument, ...more }))

const privateKey = () =>
  generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()

test('a provider keeps its metadata as given, and lasts as long as its certificate', async () => {
  const document = metadata('https://idp.example.com')
  const { SAMLProviderArn } = await create('idp', document, { Tags: [{ Key: 'a', Value: 'b' }] })
  assert.equal(SAMLProviderArn, `arn:aws:iam::${account}:saml-provider/idp`)
  const found = await iam.send(new GetSAMLProviderCommand({ SAMLProviderArn }))
  assert.equal(found.SAMLMetadataDocument, document)
  assert.match(found.SAMLProviderUUID ?? '', /^[A-Z0-9]{22,64}$/)
  assert.equal(found.ValidUntil?.toISOString(), '2046-11-19T22:10:01.000Z')
  assert.equal(found.CreateDate?.getTime(), door.now())
  assert.deepEqual(found.Tags, [{ Key: 'a', Value: 'b' }])
  const { SAMLProviderList = [] } = await iam.send(new ListSAMLProvidersCommand({}))
  const { CreateDate, ValidUntil } = found
  assert.deepEqual(SAMLProviderList, [{ Arn: SAMLProviderArn, CreateDate, ValidUntil }])
})

test('metadata that says until when it is valid is believed', async () => {
  const attributes = ' validUntil="2030-05-01T12:00:00Z"'
  const { SAMLProviderArn } = await create('limited', metadata('x', { attributes }))
  const found = await iam.send(new GetSAMLProviderCommand({ SAMLProviderArn }))
  assert.equal(found.ValidUntil?.toISOString(), '2030-05-01T12:00:00.000Z')
})

test('metadata needs an entity id, a certificate that signs, and no document type', async () => {
  const refused = [
    metadata(''),
    metadata('x', { certificate: 'bm90IGEgY2VydGlmaWNhdGU=' }),
    metadata('x', { use: ' use="encryption"' }),
    metadata('x', { attributes: ' validUntil="soon"' }),
    metadata('x', { prologue: '<!DOCTYPE x [<!ENTITY a "b">]>' }),
    metadata('x').replace('2.0:metadata', '1.0:metadata'),
    'x'.repeat(1000),
  ]
  for (const document of refused)
    await assert.rejects(create('refused', document), {
      name: 'InvalidInputException',
      message: 'Could not parse metadata',
    })
  await create('any-use', metadata('x', { use: '' }))
  await assert.rejects(create('short', '<x/>'), { name: 'ValidationError' })
})

test('a name is taken once', async () => {
  await create('once')
  await assert.rejects(create('once'), { name: 'EntityAlreadyExistsException' })
})

test('a provider takes two private keys, tells their ids, and never the keys', async () => {
  const key = privateKey()
  const { SAMLProviderArn } = await create('keys', undefined, {
    AddPrivateKey: key,
    AssertionEncryptionMode: 'Required',
  })
  const found = await iam.send(new GetSAMLProviderCommand({ SAMLProviderArn }))
  assert.equal(found.AssertionEncryptionMode, 'Required')
  const [first] = found.PrivateKeyList ?? []
  assert.match(first?.KeyId ?? '', /^[A-Z0-9]{22,64}$/)
  assert.equal(JSON.stringify(found).includes('PRIVATE KEY'), false)
  const update = (input: object) => iam.send(new UpdateSAMLProviderCommand({ SAMLProviderArn, ...input }))
  await update({ AddPrivateKey: privateKey(), AssertionEncryptionMode: 'Allowed' })
  await assert.rejects(update({ AddPrivateKey: privateKey() }), { name: 'LimitExceededException' })
  await assert.rejects(update({ AddPrivateKey: 'no key' }), { name: 'InvalidInputException' })
  await update({ RemovePrivateKey: first?.KeyId })
  await assert.rejects(update({ RemovePrivateKey: first?.KeyId }), { name: 'NoSuchEntityException' })
  const now = await iam.send(new GetSAMLProviderCommand({ SAMLProviderArn }))
  assert.equal(now.PrivateKeyList?.length, 1)
  assert.equal(now.AssertionEncryptionMode, 'Allowed')
  const provider = await door.store.read(({ samlProviders }) => samlProviders.byName(account, 'keys'))
  const kept = await door.store.read(({ samlProviders }) => samlProviders.privateKeys(provider?.id ?? ''))
  assert.equal(kept.length, 1)
  assert.notEqual(kept[0], key)
})

test('an update replaces the metadata, and refuses a bad one whole', async () => {
  const { SAMLProviderArn } = await create('updated')
  const document = metadata('https://other.example.com')
  assert.equal(
    (await iam.send(new UpdateSAMLProviderCommand({ SAMLProviderArn, SAMLMetadataDocument: document })))
      .SAMLProviderArn,
    SAMLProviderArn,
  )
  await assert.rejects(
    iam.send(new UpdateSAMLProviderCommand({ SAMLProviderArn, SAMLMetadataDocument: 'x'.repeat(1000) })),
    { name: 'InvalidInputException' },
  )
  const found = await iam.send(new GetSAMLProviderCommand({ SAMLProviderArn }))
  assert.equal(found.SAMLMetadataDocument, document)
})

test('tags of a provider are set, listed and taken away', async () => {
  const { SAMLProviderArn } = await create('tagged')
  const Tags = [
    { Key: 'a', Value: '1' },
    { Key: 'b', Value: '2' },
  ]
  await iam.send(new TagSAMLProviderCommand({ SAMLProviderArn, Tags }))
  await iam.send(new UntagSAMLProviderCommand({ SAMLProviderArn, TagKeys: ['A'] }))
  const listed = await iam.send(new ListSAMLProviderTagsCommand({ SAMLProviderArn }))
  assert.deepEqual(listed.Tags, [{ Key: 'b', Value: '2' }])
})

test('a provider goes with its private keys', async () => {
  const { SAMLProviderArn } = await create('going', undefined, { AddPrivateKey: privateKey() })
  const providers = async () => (await iam.send(new GetAccountSummaryCommand({}))).SummaryMap?.['Providers'] ?? 0
  const before = await providers()
  await iam.send(new DeleteSAMLProviderCommand({ SAMLProviderArn }))
  assert.equal(await providers(), before - 1)
  for (const command of [
    new GetSAMLProviderCommand({ SAMLProviderArn }),
    new DeleteSAMLProviderCommand({ SAMLProviderArn }),
  ])
    await assert.rejects(iam.send(command as GetSAMLProviderCommand), {
      name: 'NoSuchEntityException',
      message: `Manifest not found for arn ${SAMLProviderArn}`,
    })
})

test('the audit trail keeps no private key', async () => {
  await create('recorded', undefined, { AddPrivateKey: privateKey() })
  const records = await door.store.read(({ audit }) => audit.list(account, { limit: 5 }))
  const record = records.find(({ eventName }) => eventName === 'CreateSAMLProvider')
  assert.equal(record?.request?.['Name'], 'recorded')
  assert.equal(JSON.stringify(record).includes('PRIVATE KEY'), false)
})
