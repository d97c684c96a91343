import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import {
  CreateUserCommand,
  DeleteSigningCertificateCommand,
  DeleteUserCommand,
  GetAccountSummaryCommand,
  ListSigningCertificatesCommand,
  UpdateSigningCertificateCommand,
  UploadSigningCertificateCommand,
} from '@aws-sdk/client-iam'
import { issue } from '../../../test/certificate.ts'
import { openFrontDoor, opening } from '../../../test/front-door.ts'

const door = await openFrontDoor()
after(() => door.close())
const { iam } = door

const year = 365 * 86_400_000

function certificate(subject: string, from = opening - year, to = opening + year) {
  return issue({ subject, from, to }).body
}

async function user(UserName: string) {
  await iam.send(new CreateUserCommand({ UserName }))
  return UserName
}

function upload(UserName: string | undefined, CertificateBody: string) {
  return iam.send(new UploadSigningCertificateCommand({ UserName, CertificateBody }))
}

test('a certificate is kept as it was given, is switched off and on, and goes', async () => {
  const UserName = await user('signing')
  const body = certificate('signing')
  const { Certificate } = await upload(UserName, body)
  const CertificateId = Certificate?.CertificateId
  assert.match(CertificateId ?? '', /^[A-Z2-7]{32}$/)
  const expected = { UserName, CertificateId, CertificateBody: body, Status: 'Active', UploadDate: new Date(opening) }
  assert.deepEqual(Certificate, expected)
  const list = async () => (await iam.send(new ListSigningCertificatesCommand({ UserName }))).Certificates
  await iam.send(new UpdateSigningCertificateCommand({ UserName, CertificateId, Status: 'Inactive' }))
  assert.deepEqual(await list(), [{ ...expected, Status: 'Inactive' }])
  await assert.rejects(iam.send(new UpdateSigningCertificateCommand({ UserName, CertificateId, Status: 'Expired' })), {
    name: 'InvalidInputException',
  })
  await assert.rejects(iam.send(new DeleteUserCommand({ UserName })), {
    message: 'Cannot delete entity, must delete signing certificates first.',
  })
  await iam.send(new DeleteSigningCertificateCommand({ UserName, CertificateId }))
  assert.deepEqual(await list(), [])
  await assert.rejects(iam.send(new DeleteSigningCertificateCommand({ UserName, CertificateId })), {
    name: 'NoSuchEntityException',
    message: `The Certificate with id ${CertificateId} cannot be found.`,
  })
})

test('a certificate is one X.509 certificate in PEM, and valid now', async () => {
  const UserName = await user('strict')
  const whole = certificate('strict')
  const cut = `${whole.slice(0, 200)}\n-----END CERTIFICATE-----`
  const key = issue({ subject: 'key', from: opening, to: opening + year }).privateKey
  for (const body of ['nonsense', cut, `${whole}${whole}`, `text\n${whole}`, `${whole}${key}`, key])
    await assert.rejects(upload(UserName, body), {
      name: 'MalformedCertificateException',
      message: 'Unable to parse certificate. Please ensure the certificate is in PEM format.',
    })
  await assert.rejects(upload(UserName, certificate('old', opening - year, opening - 1000)), {
    name: 'InvalidCertificateException',
    message: 'The certificate has expired.',
  })
  await assert.rejects(upload(UserName, certificate('new', opening + 1000)), {
    name: 'InvalidCertificateException',
    message: 'The certificate is not valid yet.',
  })
})

test('a certificate belongs to one user of the account, however it is written', async () => {
  const first = await user('first')
  const second = await user('second')
  const body = certificate('shared')
  await upload(first, body)
  for (const [name, text] of [
    [first, body],
    [second, body.replaceAll('\n', '\r\n')],
  ] as const)
    await assert.rejects(upload(name, text), {
      name: 'DuplicateCertificateException',
      message: 'The same certificate is associated with an IAM user in the account.',
    })
})

test('a user has at most two certificates', async () => {
  const UserName = await user('full')
  await upload(UserName, certificate('one'))
  await upload(UserName, certificate('two'))
  await assert.rejects(upload(UserName, certificate('three')), {
    name: 'LimitExceededException',
    message: 'Cannot exceed quota for SigningCertificatesPerUser: 2',
  })
})

test('the root has certificates of its own, and the summary of the account tells', async () => {
  const root = door.as(door.root).iam
  const present = async () =>
    (await iam.send(new GetAccountSummaryCommand({}))).SummaryMap?.AccountSigningCertificatesPresent
  assert.equal(await present(), 0)
  await root.send(new UploadSigningCertificateCommand({ CertificateBody: certificate('root') }))
  assert.equal((await root.send(new ListSigningCertificatesCommand({}))).Certificates?.length, 1)
  assert.equal((await iam.send(new ListSigningCertificatesCommand({}))).Certificates?.length, 0)
  assert.equal(await present(), 1)
})
