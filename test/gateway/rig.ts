import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { IAMClient, PutUserPolicyCommand } from '@aws-sdk/client-iam'
import { S3Client } from '@aws-sdk/client-s3'
import { pino } from 'pino'
import { createAccess } from '#access'
import { type Covered, createGateway, type GatewaySettings, resourceFront } from '#gateway'
import { createHouse, type House, type HouseParts, listen } from '#server'
import { createAccount, operations } from '#services'
import { openStore, type Store } from '#store'
import type { Credentials } from '../front-door.ts'
import { makeUser } from './user.ts'

/** A gateway on a free port before real upstreams, with an account and its administrator. */
export interface Rig {
  readonly url: string
  readonly port: number
  readonly house: House
  readonly store: Store
  readonly account: string
  readonly administrator: Credentials
  s3(credentials?: Credentials, more?: object): S3Client
  dynamodb(credentials?: Credentials): DynamoDBClient
  iam(credentials?: Credentials): IAMClient
  /** A user with a key and one policy. */
  user(name: string, policy?: object): Promise<Credentials>
  covered(): readonly Covered[]
  close(): Promise<void>
}

export type RigSettings = Partial<GatewaySettings> & { readonly parts?: Pick<HouseParts, 'log' | 'metrics' | 'now'> }

/** Opens a gateway. Takes: what differs from one account, one region, keys of an upstream and nothing waived. */
export async function openRig({ parts = {}, ...settings }: RigSettings): Promise<Rig> {
  const store = await openStore({ kind: 'memory' })
  const account = '111122223333'
  const now = Date.now()
  const { administrator } = await createAccount(store, {
    id: account,
    name: 'first',
    email: 'root@example.com',
    rootKey: false,
    now,
  })
  const access = createAccess({ store })
  const { log = pino({ level: 'silent' }), now: clock = Date.now } = parts
  const fronts = [resourceFront({ store, access, log, now: clock })]
  const house = createHouse({ store, access, operations, fronts, ...parts })
  const gateway = createGateway({
    house,
    settings: {
      services: new Map(),
      credentials: { accessKeyId: 'S3RVER', secretAccessKey: 'S3RVER' },
      passThrough: new Set(),
      reportOnly: false,
      account,
      domains: ['s3.localhost'],
      regions: ['us-east-1'],
      timeout: 5000,
      maxBody: 16_777_216,
      ...settings,
    },
    secure: false,
    maxBody: 1_048_576,
  })
  const listening = await listen(house, { host: '127.0.0.1', port: 0, passage: gateway.passage, grace: 100 })
  const configOf = (credentials: Credentials) => ({
    region: 'us-east-1',
    credentials,
    endpoint: listening.url,
    maxAttempts: 1,
  })
  const iam = (credentials = administrator) => new IAMClient(configOf(credentials))
  return {
    url: listening.url,
    port: listening.port,
    house,
    store,
    account,
    administrator,
    s3: (credentials = administrator, more = {}) =>
      new S3Client({ ...configOf(credentials), forcePathStyle: true, ...more }),
    dynamodb: (credentials = administrator) => new DynamoDBClient(configOf(credentials)),
    iam,
    covered: () => gateway.covered(),
    async user(name, policy) {
      const client = iam()
      const credentials = await makeUser(client, name)
      if (policy !== undefined)
        await client.send(
          new PutUserPolicyCommand({
            UserName: name,
            PolicyName: 'own',
            PolicyDocument: JSON.stringify({ Version: '2012-10-17', Statement: policy }),
          }),
        )
      return credentials
    },
    async close() {
      await listening.stop()
      await gateway.close()
      await store.close()
    },
  }
}

interface S3rver {
  run(): Promise<{ readonly port: number }>
  close(): Promise<void>
}

// The packages bring no types of their own.
const require = createRequire(import.meta.url)
const S3rver: new (options: Readonly<Record<string, unknown>>) => S3rver = require('s3rver')
const dynalite: (options: Readonly<Record<string, unknown>>) => Server = require('dynalite')

/** A real store of tables. */
export async function openTables(): Promise<{ readonly url: string; close(): Promise<void> }> {
  const server = dynalite({ createTableMs: 0, deleteTableMs: 0 })
  return { url: await urlOf(server), close: () => closed(server) }
}

/** A real store of objects. */
export async function openS3(...buckets: readonly string[]): Promise<{ readonly url: string; close(): Promise<void> }> {
  const directory = mkdtempSync(join(tmpdir(), 'cardea-s3-'))
  const server = new S3rver({
    address: '127.0.0.1',
    port: 0,
    silent: true,
    directory,
    resetOnClose: true,
    configureBuckets: buckets.map((name) => ({ name })),
  })
  const { port } = await server.run()
  return {
    url: `http://127.0.0.1:${port}`,
    async close() {
      await server.close()
      rmSync(directory, { recursive: true, force: true })
    },
  }
}

/** What an upstream received. */
export interface Received {
  readonly method: string
  readonly url: string
  readonly headers: IncomingMessage['headers']
  readonly body: Buffer
  /** Whether all of it came. */
  readonly isWhole: boolean
}

/** An upstream that keeps what it receives. */
export interface Recording {
  readonly url: string
  readonly received: Received[]
  close(): Promise<void>
}

/** Takes: how it answers once a request has ended; by default 200. */
export async function openRecording(answer?: RequestListener): Promise<Recording> {
  const received: Received[] = []
  const server = createServer((incoming, outgoing) => {
    const chunks: Buffer[] = []
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk))
    incoming.on('error', () => undefined)
    incoming.on('close', () => {
      const { method = '', url = '', headers } = incoming
      received.push({ method, url, headers, body: Buffer.concat(chunks), isWhole: incoming.complete })
    })
    incoming.on('end', () => {
      if (answer === undefined) outgoing.end('done')
      else answer(incoming, outgoing)
    })
  })
  return { url: await urlOf(server), received, close: () => closed(server) }
}

/** Listens on a free port. */
export async function urlOf(server: Server): Promise<string> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

export function closed(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve())
    server.closeAllConnections()
  })
}
