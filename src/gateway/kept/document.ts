import { type Policy, parse } from '#engine'
import { Fault } from '#protocol'

/** How a service refuses a policy that it cannot take. */
export interface Malformed {
  readonly code: string
  readonly status?: number
  /** The most bytes of a policy. */
  readonly most?: number
}

/** Reads a resource-based policy that is to be kept. Errors: the service's own, in the words of the first problem. */
export function checkedPolicy(text: string, { code, status = 400, most = 20_480 }: Malformed): Policy {
  if (Buffer.byteLength(text) > most)
    throw new Fault({ code, status, message: `The policy is larger than ${most} bytes.` })
  const { policy, problems } = parse(text, 'resource')
  const [first] = problems
  if (first === undefined && policy !== undefined) return policy
  throw new Fault({ code, status, message: first?.message ?? 'This policy contains invalid Json' })
}

/** Keys whose fixed values keep a statement for everybody from being public. Source: Amazon S3, "Blocking public access". */
const narrowing =
  /^(?:aws:(?:principalarn|principalorgid|principalorgpaths|principalaccount|sourcearn|sourcevpc|sourcevpce|sourceowner|sourceaccount|sourceip|userid)|s3:x-amz-server-side-encryption-aws-kms-key-id|s3:dataaccesspoint(?:arn|account))$/i

/** Whether a policy lets everybody do something. */
export function isPublic({ statements }: Policy): boolean {
  return statements.some(({ effect, principal, conditions }) => {
    const isForAll = principal !== undefined && (principal.not || principal.entries.some(({ value }) => value === '*'))
    const isNarrow = conditions.some(
      ({ key, values }) => narrowing.test(key) && values.every((value) => !/[*?]|\$\{/.test(value)),
    )
    return effect === 'Allow' && isForAll && !isNarrow
  })
}

/** A policy with one more statement, which takes the place of one with the same id when it may. */
export function withStatement(text: string | undefined, statement: object): string {
  const { Statement, ...rest } = documentIn(text)
  return JSON.stringify({ ...rest, Statement: [...listOf(Statement), statement] })
}

/** A policy without the statement of an id. Gives: `null` when none is left; `undefined` when there is no such statement. */
export function withoutStatement(text: string | undefined, id: string): string | null | undefined {
  const { Statement, ...rest } = documentIn(text)
  const all = listOf(Statement)
  const left = all.filter((one) => idOf(one) !== id)
  if (left.length === all.length) return undefined
  return left.length === 0 ? null : JSON.stringify({ ...rest, Statement: left })
}

export function hasStatement(text: string | undefined, id: string): boolean {
  return listOf(documentIn(text)['Statement']).some((one) => idOf(one) === id)
}

function documentIn(text: string | undefined): Readonly<Record<string, unknown>> {
  if (text === undefined) return { Version: '2012-10-17', Id: 'default' }
  // Only policies that were read are kept.
  return JSON.parse(text) as Readonly<Record<string, unknown>>
}

function idOf(statement: unknown): unknown {
  return typeof statement === 'object' && statement !== null ? Reflect.get(statement, 'Sid') : undefined
}

function listOf(value: unknown): readonly unknown[] {
  if (value === undefined) return []
  return Array.isArray(value) ? value : [value]
}
