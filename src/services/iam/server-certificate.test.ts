import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import {
  DeleteServerCertificateCommand,
  GetAccountSummaryCommand,
  GetServerCertificateCommand,
  ListServerCertificatesCommand,
  ListServerCertificateTagsCommand,
  TagServerCertificateCommand,
  UntagServerCertificateCommand,
  UpdateServerCertificateCommand,
  UploadServerCertificateCommand,
  type UploadServerCertificateCommandInput,
} from '@aws-sdk/client-iam'
import { issue } from '../../../test/certificate.ts'
import { openFrontDoor, opening } from '../../../test/front-door.ts'

const door = await openFrontDoor()
after(() => door.close())
const { iam, account } = door

const year = 365 * 86_400_000
const valid = { from: opening - year, to: opening + year }
const authority = issue({ subject: 'authority', ...valid })
const middle = issue({ subject: 'middle', issuer: authority, ...valid, type: 'rsa' })
const leaf = issue({ subject: 'leaf.example.com', issuer: middle, ...valid })
const chain = middle.body + authority.body

function upload(name: string, changes: Partial<UploadServerCertificateCommandInput> = {}) {
  const input = { ServerCertificateName: name, CertificateBody: leaf.body, PrivateKey: leaf.privateKey, ...changes }
  return iam.send(new UploadServerCertificateCommand(input))
}

test('a certificate with its chain and tags is answered as it was given, and its key never', async () => {
  const Tags = [{ Key: 'Site', Value: 'a' }]
  const uploaded = await upload('site', { Path: '/cdn/', CertificateChain: chain, Tags })
  const { ServerCertificateId = '' } = uploaded.ServerCertificateMetadata ?? {}
  assert.match(ServerCertificateId, /^ASCA[A-Z2-7]{17}$/)
  const ServerCertificateMetadata = {
    Path: '/cdn/',
    ServerCertificateName: 'site',
    ServerCertificateId,
    Arn: `arn:aws:iam::${account}:server-certificate/cdn/site`,
    UploadDate: new Date(opening),
    Expiration: new Date(opening + year),
  }
  assert.deepEqual(uploaded.ServerCertificateMetadata, ServerCertificateMetadata)
  assert.deepEqual(uploaded.Tags, Tags)
  const read = await iam.send(new GetServerCertificateCommand({ ServerCertificateName: 'SITE' }))
  const expected = { ServerCertificateMetadata, CertificateBody: leaf.body, CertificateChain: chain, Tags }
  assert.deepEqual(read.ServerCertificate, expected)
})

test('the private key is sealed in the store, opens for who serves with it, and is in no record', async () => {
  await upload('sealed')
  const secret = leaf.privateKey.split('\n')[1] ?? ''
  await door.store.flush()
  await door.store.read(async ({ serverCertificates, audit }) => {
    const certificate = await serverCertificates.byName(account, 'sealed')
    assert.equal(JSON.stringify(certificate).includes(secret), false)
    assert.equal(await serverCertificates.privateKey(certificate?.id ?? ''), leaf.privateKey)
    const records = await audit.list(account, { limit: 1000 })
    assert.ok(records.some(({ eventName }) => eventName === 'UploadServerCertificate'))
    assert.equal(JSON.stringify(records).includes(secret), false)
  })
})

test('RSA and EC keys are taken in the forms that OpenSSL writes', async () => {
  const { body, keys } = middle
  const pkcs1 = keys.privateKey.export({ type: 'pkcs1', format: 'pem' }).toString()
  const sec1 = leaf.keys.privateKey.export({ type: 'sec1', format: 'pem' }).toString()
  await upload('pkcs1', { CertificateBody: body, PrivateKey: pkcs1 })
  await upload('sec1', { PrivateKey: sec1 })
})

test('what is no certificate, no open key, or no pair of both, is refused', async () => {
  const malformed = (message: string) => ({ name: 'MalformedCertificateException', message })
  const unparsed = malformed('Unable to parse certificate. Please ensure the certificate is in PEM format.')
  for (const CertificateBody of ['x', leaf.privateKey, leaf.body + authority.body])
    await assert.rejects(upload('bad', { CertificateBody }), unparsed)
  const { privateKey } = leaf.keys
  const encrypted = privateKey
    .export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'secret' })
    .toString()
  for (const PrivateKey of ['x', leaf.body, encrypted])
    await assert.rejects(upload('bad', { PrivateKey }), malformed('Invalid Private Key.'))
  for (const other of [authority, middle])
    await assert.rejects(upload('bad', { PrivateKey: other.privateKey }), {
      name: 'KeyPairMismatchException',
      message: 'The public key certificate and the private key do not match.',
    })
})

test('an expired certificate is refused, and one whose time has not begun', async () => {
  for (const [from, to, message] of [
    [opening - year, opening - 1000, "Certificate is no longer valid. The 'Not After' date is past."],
    [opening + 1000, opening + year, "Certificate is not yet valid. The 'Not Before' date is in the future."],
  ] as const) {
    const { body, privateKey } = issue({ subject: 'late', from, to })
    await assert.rejects(upload('late', { CertificateBody: body, PrivateKey: privateKey }), {
      name: 'MalformedCertificateException',
      message,
    })
  }
})

test('a chain begins with the signer and goes up in order', async () => {
  const impostor = issue({ subject: 'middle', ...valid })
  const broken = (index: number) => ({
    name: 'MalformedCertificateException',
    message: `Unable to validate certificate chain. The certificate chain must start with the immediate signing certificate, followed by any intermediaries in order. The index within the chain of the invalid certificate is: ${index}`,
  })
  await assert.rejects(upload('chained', { CertificateChain: authority.body }), broken(-1))
  await assert.rejects(upload('chained', { CertificateChain: impostor.body }), broken(-1))
  await assert.rejects(upload('chained', { CertificateChain: middle.body + impostor.body }), broken(0))
  await assert.rejects(upload('chained', { CertificateChain: `${chain}rest` }), {
    message: 'Unable to parse certificate chain. Please ensure the certificates are in PEM format.',
  })
  await upload('chained', { CertificateChain: middle.body })
})

test('a name is taken in any case of letters, also when another certificate is renamed', async () => {
  await upload('named')
  await upload('other')
  const taken = (name: string) => ({
    name: 'EntityAlreadyExistsException',
    message: `The Server Certificate with name ${name} already exists.`,
  })
  await assert.rejects(upload('NAMED'), taken('NAMED'))
  const rename = new UpdateServerCertificateCommand({
    ServerCertificateName: 'other',
    NewServerCertificateName: 'Named',
  })
  await assert.rejects(iam.send(rename), taken('Named'))
})

test('a certificate moves with its key and chain, and goes', async () => {
  await upload('moving', { CertificateChain: chain })
  const change = { ServerCertificateName: 'moving', NewServerCertificateName: 'moved', NewPath: '/new/' }
  await iam.send(new UpdateServerCertificateCommand(change))
  const read = (ServerCertificateName: string) => iam.send(new GetServerCertificateCommand({ ServerCertificateName }))
  const { ServerCertificate } = await read('moved')
  assert.equal(
    ServerCertificate?.ServerCertificateMetadata?.Arn,
    `arn:aws:iam::${account}:server-certificate/new/moved`,
  )
  assert.equal(ServerCertificate?.CertificateChain, chain)
  const { ServerCertificateId = '' } = ServerCertificate?.ServerCertificateMetadata ?? {}
  const key = await door.store.read(({ serverCertificates }) => serverCertificates.privateKey(ServerCertificateId))
  assert.equal(key, leaf.privateKey)
  const missing = (name: string) => ({
    name: 'NoSuchEntityException',
    message: `The Server Certificate with name ${name} cannot be found.`,
  })
  await assert.rejects(read('moving'), missing('moving'))
  await iam.send(new DeleteServerCertificateCommand({ ServerCertificateName: 'moved' }))
  await assert.rejects(read('moved'), missing('moved'))
})

test('certificates are listed by name, below a path, page by page', async () => {
  const other = await openFrontDoor('777788889999')
  for (const [name, Path] of [
    ['b', '/x/'],
    ['a', '/x/'],
    ['c', '/y/'],
  ] as const)
    await other.iam.send(
      new UploadServerCertificateCommand({
        ServerCertificateName: name,
        Path,
        CertificateBody: leaf.body,
        PrivateKey: leaf.privateKey,
      }),
    )
  const names = async (PathPrefix?: string, Marker?: string) => {
    const page = await other.iam.send(new ListServerCertificatesCommand({ PathPrefix, Marker, MaxItems: 2 }))
    return { page, found: page.ServerCertificateMetadataList?.map((one) => one.ServerCertificateName) }
  }
  const first = await names()
  assert.deepEqual(first.found, ['a', 'b'])
  assert.deepEqual((await names(undefined, first.page.Marker)).found, ['c'])
  assert.deepEqual((await names('/y/')).found, ['c'])
  assert.equal((await other.iam.send(new GetAccountSummaryCommand({}))).SummaryMap?.ServerCertificates, 3)
  await other.close()
})

test('certificates have tags', async () => {
  await upload('tagged')
  const ServerCertificateName = 'tagged'
  const Tags = [
    { Key: 'A', Value: '1' },
    { Key: 'B', Value: '2' },
  ]
  await iam.send(new TagServerCertificateCommand({ ServerCertificateName, Tags }))
  await iam.send(new UntagServerCertificateCommand({ ServerCertificateName, TagKeys: ['a'] }))
  const listed = await iam.send(new ListServerCertificateTagsCommand({ ServerCertificateName }))
  assert.deepEqual(listed.Tags, [{ Key: 'B', Value: '2' }])
})
