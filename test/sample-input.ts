import { type Surface, type SurfaceMember, type SurfaceOperation, surfaceOf } from '#models'

/** A made-up input for an operation. Takes: whether members that it need not have are there too. */
export function sampleInput(service: string, operation: SurfaceOperation, everything: boolean): object {
  const surface = surfaceOf(service)
  if (surface === undefined) throw new Error(`there is no surface of ${service}`)
  return structure(operation.input?.members ?? [], { surface, everything, depth: 0 })
}

interface Making {
  readonly surface: Surface
  readonly everything: boolean
  readonly depth: number
}

function structure(members: readonly SurfaceMember[], making: Making): object {
  const wanted = members.filter(
    ({ required, place }) => required || place === 'uri' || (making.everything && making.depth < 3),
  )
  return Object.fromEntries(wanted.map((member) => [member.name, made(member, making)]))
}

function made({ name, shape: number }: SurfaceMember, making: Making): unknown {
  const { surface, depth } = making
  const shape = surface.shapes[number]
  const inner = { ...making, depth: depth + 1 }
  if (shape?.type === 'structure') return structure(shape.members, inner)
  if (shape?.type === 'list')
    return depth > 4 ? [] : [made({ name, shape: shape.member, required: true, wireName: '', place: 'body' }, inner)]
  if (shape?.type === 'map')
    return depth > 4
      ? {}
      : { k: made({ name, shape: shape.value, required: true, wireName: '', place: 'body' }, inner) }
  if (shape?.type === 'number') return 7
  if (shape?.type === 'boolean') return false
  if (shape?.type === 'timestamp') return new Date('2026-01-15T12:00:00Z')
  if (shape?.type === 'blob') return new Uint8Array([123, 125])
  if (shape?.type === 'document') return {}
  return textFor(surface.name, name)
}

const account = '123456789012'

function textFor(service: string, name: string): string {
  const own = (rest: string) => `arn:aws:${service}:eu-west-1:${account}:${rest}`
  if (/role(?:arn)?$/i.test(name) || name === 'RoleARN') return `arn:aws:iam::${account}:role/service/worker`
  if (name === 'QueueUrl') return `http://localhost:4566/${account}/jobs`
  if (name === 'ChecksumAlgorithm') return 'CRC32'
  if (name === 'CopySource') return 'photos/old.jpg'
  if (/arns?$/i.test(name) || (name === 'Resource' && service === 'lambda')) return own(kindFor(service, name))
  if (name === 'Bucket' || name === 'S3Bucket') return 'photos'
  if (/InstanceId$/.test(name)) return 'i-0123456789abcdef0'
  if (/^(?:Target)?KeyId|^DestinationKeyId|^SourceKeyId$/.test(name)) return '1234abcd-12ab-34cd-56ef-1234567890ab'
  if (/AliasName$/.test(name)) return 'alias/app'
  return 'thing1'
}

const kinds: Readonly<Record<string, string>> = {
  dynamodb: 'table/Books',
  sqs: 'jobs',
  sns: 'alerts',
  kms: 'key/1234abcd-12ab-34cd-56ef-1234567890ab',
  secretsmanager: 'secret:db-AbCdEf',
  ssm: 'document/run',
  logs: 'log-group:app',
  kinesis: 'stream/clicks',
  lambda: 'function:resize',
  states: 'stateMachine:order',
  events: 'event-bus/app',
  cloudtrail: 'trail/all',
  ec2: 'instance/i-0123456789abcdef0',
}

const special: Readonly<Record<string, string>> = {
  subscriptionarn: 'alerts:6d0e1b2c',
  backuparn: 'table/Books/backup/01',
  exportarn: 'table/Books/export/01',
  importarn: 'table/Books/import/01',
  consumerarn: 'stream/clicks/consumer/c1:1700000000',
  channelarn: 'channel/c1',
  executionarn: 'execution:order:e1',
  activityarn: 'activity:pack',
  maprunarn: 'mapRun:order/l:e1',
  codesigningconfigarn: 'code-signing-config:csc-1',
  durableexecutionarn: 'function:resize:1/durable-execution/e/1',
  connectionarn: 'connection/c1',
  opsmetadataarn: 'opsmetadata/app',
  anomalydetectorarn: 'anomaly-detector:d1',
  lookuptablearn: 'lookup-table:t1',
}

function kindFor(service: string, name: string): string {
  return special[name.toLowerCase()] ?? kinds[service] ?? 'thing/1'
}
