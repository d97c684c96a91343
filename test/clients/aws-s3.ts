import { createReadStream, createWriteStream, statSync } from 'node:fs'
import { basename } from 'node:path'
import { env, stdout } from 'node:process'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { DeleteObjectCommand, GetObjectCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3'
import { Upload } from '@aws-sdk/lib-storage'
import { getSignedUrl } from '@aws-sdk/s3-request-presigner'

/** What `aws s3` is told. */
export interface Told {
  readonly words: readonly string[]
  readonly expiresIn: number
}

/** What went wrong, and with which operation. */
export class S3Refusal extends Error {
  readonly operation: string
  readonly before: string

  constructor(operation: string, before: string, cause: unknown) {
    super('S3 refuses', { cause })
    this.operation = operation
    this.before = before
  }
}

/** The commands of `aws s3` that the guide uses. Gives: what is shown. Errors: `S3Refusal`. */
export function s3({ words, expiresIn }: Told): Promise<string> {
  const [command, from = '', to = ''] = words
  switch (command) {
    case 'cp':
      return from.startsWith('s3://') ? download(from, to) : upload(from, to)
    case 'ls':
      return list(from)
    case 'rm':
      return remove(from)
    case 'presign':
      return link(from, expiresIn)
    default:
      throw new Error(`no such command: s3 ${command}`)
  }
}

function client(): S3Client {
  const { AWS_ENDPOINT_URL: endpoint, AWS_REGION: region = 'us-east-1' } = env
  return new S3Client({ region, maxAttempts: 1, forcePathStyle: true, ...(endpoint && { endpoint }) })
}

interface Place {
  readonly Bucket: string
  readonly Key: string
}

function placeOf(url: string, file = ''): Place {
  const [, Bucket = '', path = ''] = /^s3:\/\/([^/]+)\/?(.*)$/.exec(url) ?? []
  return { Bucket, Key: path === '' || path.endsWith('/') ? `${path}${basename(file)}` : path }
}

/** As the AWS CLI does it: in parts from 8 MiB on. */
const partSize = 8 * 1024 * 1024

async function upload(file: string, url: string): Promise<string> {
  const place = placeOf(url, file)
  const names = `${file} to s3://${place.Bucket}/${place.Key}`
  const operation = statSync(file).size < partSize ? 'PutObject' : 'CreateMultipartUpload'
  const sending = new Upload({ client: client(), params: { ...place, Body: createReadStream(file) }, partSize })
  await sending.done().catch((cause) => {
    throw new S3Refusal(operation, `upload failed: ${names} `, cause)
  })
  return `upload: ${names}\n`
}

async function download(url: string, file: string): Promise<string> {
  const { Body } = await client()
    .send(new GetObjectCommand(placeOf(url)))
    .catch((cause) => {
      throw new S3Refusal('GetObject', 'fatal error: ', cause)
    })
  if (!(Body instanceof Readable)) throw new Error('no body')
  if (file !== '-') await pipeline(Body, createWriteStream(file))
  else for await (const chunk of Body) stdout.write(chunk)
  return file === '-' ? '' : `download: ${url} to ${file}\n`
}

async function list(url: string): Promise<string> {
  const { Bucket, Key: Prefix } = placeOf(url)
  const { Contents = [], CommonPrefixes = [] } = await client()
    .send(new ListObjectsV2Command({ Bucket, Prefix, Delimiter: '/' }))
    .catch((cause) => {
      throw new S3Refusal('ListObjectsV2', '', cause)
    })
  const folders = CommonPrefixes.map((one) => `${' '.repeat(27)}PRE ${one.Prefix?.slice(Prefix.length)}\n`)
  const files = Contents.map(({ LastModified, Size, Key }) => {
    const when = LastModified?.toISOString().slice(0, 19).replace('T', ' ')
    return `${when} ${String(Size).padStart(10)} ${Key?.slice(Prefix.length)}\n`
  })
  return [...folders, ...files].join('')
}

async function remove(url: string): Promise<string> {
  await client()
    .send(new DeleteObjectCommand(placeOf(url)))
    .catch((cause) => {
      throw new S3Refusal('DeleteObject', `delete failed: ${url} `, cause)
    })
  return `delete: ${url}\n`
}

async function link(url: string, expiresIn: number): Promise<string> {
  return `${await getSignedUrl(client(), new GetObjectCommand(placeOf(url)), { expiresIn })}\n`
}
