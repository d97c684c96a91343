import { roleArn } from '#access'
import type { HttpRequest, SigningKeys } from '#protocol'
import type { Ciphertext, Lookups, ObjectName, Target } from './describe/index.ts'
import { childOf, readXml, textOf } from './describe/xml.ts'
import type { GatewayHouse } from './house.ts'
import { headersFor } from './resign.ts'

/** A question to an upstream, in the gateway's own name. */
interface Inquiry {
  readonly target: Target
  readonly method: 'GET' | 'POST'
  readonly path: string
  readonly query?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
}

interface Told {
  readonly status: number
  readonly text: string
}

/** The most bytes of an answer that is read. */
const longest = 1_048_576

/** Asks the upstreams for what decisions need and requests do not tell. Takes: the region that is asked about. */
export function lookupsOf(gateway: GatewayHouse, region: string, signingKeys: SigningKeys): Lookups {
  const ask = (inquiry: Inquiry) => told(inquiry, { gateway, region, signingKeys })
  return {
    partitionKey: async (arn) => partitionKeyIn(arn, await ask(describeTable(arn))),
    objectTags: async (object) => tagsIn(await ask(objectTagging(object))),
    keyOfAlias: async (arn) => keyIn(await ask(describeKey(arn))),
    keyOfCiphertext: async (sealed) => keyThatOpens(await ask(opening(sealed))),
    secretArn: async (name) => secretIn(await ask(describeSecret(name))),
    roleOfProfile: (arn) => roleOfProfile(arn, gateway),
    async resourceTags(arn) {
      const kept = await gateway.keeper.of(arn)
      return Object.fromEntries((kept?.tags ?? []).map(({ key, value }) => [key, value]))
    },
  }
}

async function told(
  { target, method, path, query = '', headers = {}, body = '' }: Inquiry,
  { gateway, region, signingKeys }: { gateway: GatewayHouse; region: string; signingKeys: SigningKeys },
): Promise<Told | undefined> {
  const { settings, upstreams, house } = gateway
  const { pool, host } = upstreams.of(target.service)
  const bytes = Buffer.from(body)
  const named = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value]]))
  const request: HttpRequest = { method, path, query, headers: named, body: bytes, remoteAddress: '', secure: false }
  const { credentials } = settings
  const signing = { host, region, signingKeys, now: house.now(), ...(credentials === undefined ? {} : { credentials }) }
  const sent = headersFor({ target, request, length: bytes.length }, signing)
  try {
    const answer = await pool.request({
      method,
      path: query === '' ? path : `${path}?${query}`,
      headers: sent,
      body: bytes,
    })
    const chunks: Buffer[] = []
    let size = 0
    for await (const chunk of answer.body as AsyncIterable<Buffer>) {
      size += chunk.length
      if (size > longest) return undefined
      chunks.push(chunk)
    }
    return { status: answer.statusCode, text: Buffer.concat(chunks).toString('utf8') }
  } catch (cause) {
    house.log.warn({ err: cause, service: target.service }, 'an upstream did not tell what a decision needs')
    return undefined
  }
}

function json(service: string, operation: string, body: object): Inquiry {
  const version = service === 'dynamodb' ? '1.0' : '1.1'
  return {
    target: { service, protocol: 'json', needsBody: true, signing: service },
    method: 'POST',
    path: '/',
    headers: { 'content-type': `application/x-amz-json-${version}`, 'x-amz-target': operation },
    body: JSON.stringify(body),
  }
}

function describeTable(arn: string): Inquiry {
  const [table = '', name = ''] = (arn.split(':')[5] ?? '').split('/')
  const body = { TableName: table === 'table' ? name : '' }
  return json('dynamodb', 'DynamoDB_20120810.DescribeTable', body)
}

function partitionKeyIn(arn: string, told: Told | undefined): string | undefined {
  const index = /\/index\/([^/]+)$/.exec(arn)?.[1]
  const table = objectIn(objectIn(valueIn(told))?.['Table'])
  const indexes = [table?.['GlobalSecondaryIndexes'], table?.['LocalSecondaryIndexes']].flatMap(listIn)
  const described = index === undefined ? table : indexes.find((one) => one['IndexName'] === index)
  const found = listIn(described?.['KeySchema']).find((key) => key['KeyType'] === 'HASH')?.['AttributeName']
  return typeof found === 'string' ? found : undefined
}

function describeKey(arn: string): Inquiry {
  const alias = arn.split(':')[5] ?? ''
  return json('kms', 'TrentService.DescribeKey', { KeyId: alias })
}

/** Only opening it tells which key a ciphertext was made with; what is in it is not looked at. */
function opening({ blob, encryptionContext }: Ciphertext): Inquiry {
  const body = { CiphertextBlob: blob, EncryptionContext: encryptionContext }
  return json('kms', 'TrentService.Decrypt', body)
}

function keyThatOpens(told: Told | undefined): string | undefined {
  const found = objectIn(valueIn(told))?.['KeyId']
  return typeof found === 'string' && /^arn:aws:kms:[a-z0-9-]+:\d{12}:key\/[\w-]+$/.test(found) ? found : undefined
}

function keyIn(told: Told | undefined): string | undefined {
  const found = objectIn(objectIn(valueIn(told))?.['KeyMetadata'])?.['Arn']
  return typeof found === 'string' ? found : undefined
}

function describeSecret(name: string): Inquiry {
  return json('secretsmanager', 'secretsmanager.DescribeSecret', { SecretId: name })
}

/** Gives: `null` where there is no such secret. */
function secretIn(told: Told | undefined): string | null | undefined {
  if (told !== undefined && told.status === 400 && told.text.includes('ResourceNotFoundException')) return null
  const found = objectIn(valueIn(told))?.['ARN']
  return typeof found === 'string' ? found : undefined
}

/** Profiles and roles are Cardea's own. */
function roleOfProfile(arn: string, { house }: GatewayHouse): Promise<string | undefined> {
  const [, account = '', name = ''] = /^arn:aws:iam::(\d{12}):instance-profile\/(?:.*\/)?([^/]+)$/.exec(arn) ?? []
  return house.store.read(async ({ instanceProfiles, roles }) => {
    const profile = await instanceProfiles.byName(account, name)
    const role = profile?.roleId === undefined ? undefined : await roles.byId(profile.roleId)
    return role && roleArn(role.account, role.path, role.name)
  })
}

function objectTagging({ bucket, key, versionId }: ObjectName): Inquiry {
  return {
    target: { service: 's3', protocol: 'rest-xml', needsBody: false, signing: 's3' },
    method: 'GET',
    path: `/${bucket}/${key.split('/').map(encoded).join('/')}`,
    query: versionId === undefined ? 'tagging=' : `tagging=&versionId=${encoded(versionId)}`,
  }
}

function encoded(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`)
}

/** An answer that is no list of tags says nothing, but that there is no object, or that it has none. */
function tagsIn(told: Told | undefined): Readonly<Record<string, string>> | undefined {
  if (told === undefined) return undefined
  try {
    const answer = readXml(Buffer.from(told.text))
    if (told.status === 404) return nothing.test(textOf(answer, 'Code') ?? '') ? {} : undefined
    const list = told.status === 200 && answer.name === 'Tagging' ? childOf(answer, 'TagSet') : undefined
    return (
      list && Object.fromEntries(list.children.map((tag) => [textOf(tag, 'Key') ?? '', textOf(tag, 'Value') ?? '']))
    )
  } catch {
    return undefined
  }
}

const nothing = /^(?:NoSuchKey|NoSuchTagSet|NoSuchVersion)$/

type Fields = Readonly<Record<string, unknown>>

function valueIn(told: Told | undefined): unknown {
  if (told?.status !== 200) return undefined
  try {
    return JSON.parse(told.text)
  } catch {
    return undefined
  }
}

function objectIn(value: unknown): Fields | undefined {
  return typeof value === 'object' && value !== null ? (value as Fields) : undefined
}

function listIn(value: unknown): readonly Fields[] {
  return Array.isArray(value) ? value.map(objectIn).filter((one) => one !== undefined) : []
}
