import assert from 'node:assert/strict'
import { createServer, type Server } from 'node:http'
import { after, before, test } from 'node:test'
import { DecryptCommand, EncryptCommand, KMSClient } from '@aws-sdk/client-kms'
import { closed, openRig, type Rig, urlOf } from './rig.ts'

/** A service of keys whose ciphertexts are the key's name and the plaintext. */
let upstream: Server
let rig: Rig
/** What was asked of it. */
let asked: string[] = []

const arnOf = (key: string) => `arn:aws:kms:us-east-1:111122223333:key/${key}`

before(async () => {
  upstream = createServer(async (incoming, outgoing) => {
    const chunks: Buffer[] = []
    for await (const chunk of incoming) chunks.push(chunk)
    const input: Readonly<Record<string, string>> = JSON.parse(Buffer.concat(chunks).toString())
    const operation = String(incoming.headers['x-amz-target']).split('.')[1] ?? ''
    asked.push(operation)
    const [key = '', text = ''] = Buffer.from(input['CiphertextBlob'] ?? '', 'base64')
      .toString()
      .split(':')
    const opened = { KeyId: arnOf(key), Plaintext: Buffer.from(text).toString('base64') }
    const known = /^(?:red|blue)$/.test(key)
    outgoing.writeHead(known ? 200 : 400, { 'content-type': 'application/x-amz-json-1.1' })
    outgoing.end(JSON.stringify(known ? opened : { __type: 'InvalidCiphertextException' }))
  })
  rig = await openRig({ services: new Map([['kms', await urlOf(upstream)]]) })
})

after(async () => {
  await rig.close()
  await closed(upstream)
})

const sealed = (text: string) => new DecryptCommand({ CiphertextBlob: Buffer.from(text) })

test('a ciphertext is opened for those who may use the key that it was made with, which only the ciphertext says', async () => {
  const Statement = { Effect: 'Allow', Action: 'kms:Decrypt', Resource: arnOf('red') }
  const credentials = await rig.user('reader', Statement)
  const kms = new KMSClient({ region: 'us-east-1', endpoint: rig.url, credentials, maxAttempts: 1 })
  const { Plaintext } = await kms.send(sealed('red:hello'))
  assert.equal(Buffer.from(Plaintext ?? []).toString(), 'hello')
  asked = []
  await assert.rejects(kms.send(sealed('blue:hello')), { name: 'AccessDeniedException' })
  assert.deepEqual(asked, ['Decrypt'], 'the key was asked for, and nothing was passed on')
  await assert.rejects(kms.send(sealed('nothing')), { name: 'AccessDeniedException' })
  const encrypt = new EncryptCommand({ KeyId: 'red', Plaintext: Buffer.from('x') })
  await assert.rejects(kms.send(encrypt), { name: 'AccessDeniedException' })
})
