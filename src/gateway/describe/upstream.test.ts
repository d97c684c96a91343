import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { request as ask } from 'node:http'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { DeleteObjectCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3'
import fc from 'fast-check'
import { Fault } from '#protocol'
import { describe, identifyTarget } from './index.ts'

interface Store {
  run(): Promise<{ readonly port: number }>
  close(): Promise<void>
}

const S3rver: new (options: object) => Store = createRequire(import.meta.url)('s3rver')

/** What would be decided on; none where the request is refused. */
function decided(path: string): readonly string[] {
  const request = {
    method: 'PUT',
    path,
    query: '',
    headers: { host: ['localhost'] },
    body: new Uint8Array(),
    remoteAddress: '',
    secure: false,
  }
  try {
    const target = identifyTarget(request, { services: ['s3'], bucketDomains: [] })
    const { needs } = describe(target, { request, account: '123456789012', region: 'us-east-1', partition: 'aws' })
    return needs.map(({ resource }) => resource.replace('arn:aws:s3:::photos/', ''))
  } catch (error) {
    assert.ok(error instanceof Fault)
    return []
  }
}

function put(port: number, path: string): Promise<void> {
  const headers = { host: 'localhost', 'x-amz-date': 'x', 'content-length': 1 }
  return new Promise((resolve, reject) => {
    const sending = ask({ host: '127.0.0.1', port, method: 'PUT', path, headers }, (answer) => {
      answer.resume()
      answer.on('end', resolve)
    })
    sending.on('error', reject)
    sending.end('x')
  })
}

test('a store writes no object but one that was decided on, however the path is spelled', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'store-'))
  const store = new S3rver({
    port: 0,
    address: '127.0.0.1',
    directory,
    silent: true,
    configureBuckets: [{ name: 'photos' }],
  })
  const { port } = await store.run()
  const credentials = { accessKeyId: 'S3RVER', secretAccessKey: 'S3RVER' }
  const client = new S3Client({
    region: 'us-east-1',
    endpoint: `http://127.0.0.1:${port}`,
    forcePathStyle: true,
    credentials,
  })
  const piece = fc.constantFrom(
    'a',
    'b',
    '/',
    '%2F',
    '%252F',
    '+',
    '%2B',
    '%20',
    '%25',
    '%C3%BC',
    ';',
    '%3F',
    '%23',
    '%5C',
    "'",
    '*',
    '%26',
    '.x',
    '@',
    ':',
  )
  const written: string[] = []
  try {
    await fc.assert(
      fc.asyncProperty(fc.array(piece, { minLength: 1, maxLength: 6 }), async (pieces) => {
        const path = `/photos/${pieces.join('')}`
        const keys = decided(path)
        if (keys.length === 0) return
        await put(port, path)
        const { Contents = [] } = await client.send(new ListObjectsV2Command({ Bucket: 'photos' }))
        for (const { Key = '' } of Contents) {
          assert.ok(keys.includes(Key), `${path} wrote ${JSON.stringify(Key)}, decided on ${JSON.stringify(keys)}`)
          written.push(Key)
          await client.send(new DeleteObjectCommand({ Bucket: 'photos', Key }))
        }
      }),
      { numRuns: 100 },
    )
    assert.ok(written.length > 30, `${written.length}`)
  } finally {
    client.destroy()
    await store.close()
    rmSync(directory, { recursive: true, force: true })
  }
})
