import { hash, timingSafeEqual } from 'node:crypto'
import type { HttpRequest } from '#protocol'
import { type Answer, headerOf, strayed } from './answer.ts'
import type { Granted } from './granted.ts'
import type { Known } from './keeper.ts'
import { told } from './metadata-tree.ts'
import { isWebToken, type Pods } from './pod.ts'

export interface ContainerParts {
  known(): Promise<Known>
  /** What `AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE` holds. */
  readonly token: string
  /** Absent: tokens of service accounts are not taken. */
  readonly pods?: Pods
  /** Names that lead to this agent, besides addresses and `localhost`. */
  readonly names: readonly string[]
}

/** The path that `AWS_CONTAINER_CREDENTIALS_FULL_URI` names; it is that of EKS Pod Identity, too. */
export const containerPath = '/v1/credentials'

const longest = 16_384

/** Answers a request for container credentials. */
export async function answerContainer(request: HttpRequest, parts: ContainerParts): Promise<Answer> {
  const stray = strayed(request, parts.names)
  if (stray !== undefined) return refusal(403, { code: 'AccessDenied', message: 'Forbidden' }, stray)
  if (request.path !== containerPath)
    return refusal(404, { code: 'NotFound', message: 'There is nothing at this path.' }, 'the path is another one')
  if (request.method !== 'GET')
    return refusal(
      405,
      { code: 'MethodNotAllowed', message: 'Use GET.' },
      `the method is ${request.method.slice(0, 20)}`,
    )
  if (request.headers['authorization'] === undefined)
    return refusal(401, { code: 'Unauthorized', message: 'Authorization is required.' }, 'there is no Authorization')
  const shownToken = headerOf(request, 'authorization')
  if (shownToken === undefined || shownToken.length > longest)
    return refusal(
      400,
      { code: 'InvalidRequest', message: 'Authorization is malformed.' },
      'it is there twice, or too long',
    )
  if (same(shownToken, parts.token)) return credentialsOf(await parts.known())
  if (parts.pods === undefined || !isWebToken(shownToken))
    return refusal(403, { code: 'AccessDenied', message: 'The token is not valid.' }, 'it is not the token in the file')
  return credentialsOf(await parts.pods.known(shownToken))
}

function credentialsOf({ granted, problem }: Known): Answer {
  if (granted !== undefined) return json(200, shown(granted))
  const { code = 'Unavailable', message = 'There are no credentials just now.' } = problem ?? {}
  const refused = problem?.final === true || (problem !== undefined && code !== 'Unavailable')
  return refusal(refused ? 403 : 503, { code, message }, `${code}: ${message}`)
}

function shown({ credentials, role }: Granted): object {
  const account = /^arn:aws:iam::(\d{12}):/.exec(role.arn)?.[1]
  return { ...told(credentials), ...(account === undefined ? {} : { AccountId: account }), RoleArn: role.arn }
}

function same(one: string, other: string): boolean {
  return timingSafeEqual(Buffer.from(hash('sha256', one), 'hex'), Buffer.from(hash('sha256', other), 'hex'))
}

function refusal(status: number, body: { readonly code: string; readonly message: string }, why: string): Answer {
  return { ...json(status, body), why }
}

function json(status: number, body: object): Answer {
  const headers = { 'content-type': 'application/json', 'cache-control': 'no-store' }
  return { response: { status, headers, body: JSON.stringify(body) } }
}
