import { surfaceOf } from '#models'
import type { HttpRequest, HttpResponse } from '#protocol'
import type { Store, Tables } from '#store'
import type { Described, Target } from '../describe/index.ts'
import { readInput } from '../describe/input.ts'
import type { JsonObject } from '../describe/json.ts'
import { readSqsForm } from '../describe/sqs.ts'
import { holderOf } from '../keeper.ts'
import { dynamodbKept, kinesisKept, kmsKept, secretsKept } from './json.ts'
import type { Done, KeptOperation } from './operation.ts'
import { lambdaKept, snsKept, sqsKept } from './permission.ts'
import { putResource } from './principal.ts'
import { s3Kept } from './s3.ts'

const kept: Readonly<Record<string, Readonly<Record<string, KeptOperation>>>> = {
  s3: s3Kept,
  kms: kmsKept,
  secretsmanager: secretsKept,
  dynamodb: dynamodbKept,
  kinesis: kinesisKept,
  lambda: lambdaKept,
  sqs: sqsKept,
  sns: snsKept,
}

/** A call that was allowed, and whose resource it is. */
export interface Keeping {
  readonly target: Target
  readonly described: Described
  readonly request: HttpRequest
  readonly requestId: string
  readonly account: string
  readonly region: string
  /** Milliseconds since 1970. */
  readonly now: number
}

/** Whether a call is answered here and not by the upstream. */
export function isKept({ service, operation }: Pick<Described, 'service' | 'operation'>): boolean {
  return keptOf(service, operation) !== undefined
}

/** Answers a call about the policy of a resource, and keeps what it says. Errors: `Fault`, in the service's own codes. */
export function keep(keeping: Keeping, store: Store): Promise<HttpResponse> {
  const { described, account, target, request, requestId, region, now } = keeping
  const { service, operation, needs } = described
  const run = keptOf(service, operation)
  if (run === undefined) throw new Error(`${service}:${operation} is not answered here`)
  const arn = holderOf(needs[0]?.resource ?? '')
  const input = inputOf(keeping)
  const work = async (tables: Tables) => {
    const before = await tables.resources.byArn(account, arn)
    const call = { service, operation, protocol: target.protocol, request, requestId, arn, account, region, input }
    const done = run({ ...call, kept: before })
    await change(done, { account, arn, now }, tables)
    return done.answer
  }
  return described.readOnly ? store.read(work) : store.write(account, work)
}

async function change(
  { policy }: Done,
  { account, arn, now }: { readonly account: string; readonly arn: string; readonly now: number },
  tables: Tables,
): Promise<void> {
  if (policy === undefined) return
  const before = await tables.resources.byArn(account, arn)
  const putting = { account, arn, now, before, tags: before?.tags ?? [], policy: policy ?? undefined }
  await putResource(putting, { code: malformedCode(arn) }, tables)
}

/** How a service says that a policy is none. */
function malformedCode(arn: string): string {
  const [, , service = ''] = arn.split(':')
  return malformedCodes[service] ?? 'InvalidParameterValue'
}

const malformedCodes: Readonly<Record<string, string>> = {
  s3: 'MalformedPolicy',
  kms: 'MalformedPolicyDocumentException',
  secretsmanager: 'MalformedPolicyDocumentException',
  dynamodb: 'ValidationException',
  kinesis: 'InvalidArgumentException',
  lambda: 'InvalidParameterValueException',
}

function keptOf(service: string, operation: string): KeptOperation | undefined {
  const operations = Object.hasOwn(kept, service) ? kept[service] : undefined
  return operations !== undefined && Object.hasOwn(operations, operation) ? operations[operation] : undefined
}

/** What the request says, by the names of the model. Gives: nothing for S3, whose body is the policy itself. */
export function inputOf({ target, described, request }: Pick<Keeping, 'target' | 'described' | 'request'>): JsonObject {
  const surface = surfaceOf(described.service)
  const operation = surface?.operations.get(described.operation)
  if (surface === undefined || operation === undefined || surface.protocol === 'rest-xml') return {}
  const isForm = surface.protocol === 'json' && target.protocol === 'query'
  return isForm ? readSqsForm(request, operation) : readInput(request, surface, operation)
}
