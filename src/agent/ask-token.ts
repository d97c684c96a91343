import { hash } from 'node:crypto'
import { memberOf, objectIn, post, type Server, textOf } from './client.ts'
import { type Granted, granted } from './granted.ts'
import { Problem } from './problem.ts'

/** A token of an identity provider, and the role that it is shown for. */
export interface TokenAsked {
  readonly token: string
  readonly role: string
  readonly session: string
  readonly seconds?: number
  /** Milliseconds since 1970. */
  readonly now: number
}

/** Shows a token to STS. Errors: `Problem`. */
export async function askWithToken(
  server: Server,
  { token, role, session, seconds, now }: TokenAsked,
): Promise<Granted> {
  const form = new URLSearchParams({
    Action: 'AssumeRoleWithWebIdentity',
    Version: '2011-06-15',
    RoleArn: role,
    RoleSessionName: session,
    WebIdentityToken: token,
    ...(seconds === undefined ? {} : { DurationSeconds: String(seconds) }),
  })
  const headers = { accept: 'application/json', 'content-type': 'application/x-www-form-urlencoded' }
  const { status, body, at } = await post(server, { path: '/', headers, body: form.toString() })
  const answer = objectIn(body)
  if (status !== 200) {
    const error = memberOf(answer, 'Error')
    throw new Problem(textOf(error, 'Code'), textOf(error, 'Message'))
  }
  const result = memberOf(memberOf(answer, 'AssumeRoleWithWebIdentityResponse'), 'AssumeRoleWithWebIdentityResult')
  const credentials = memberOf(result, 'Credentials')
  const expiresAt = Number(memberOf(credentials, 'Expiration')) * 1000
  if (!Number.isFinite(expiresAt)) throw new Problem('Unavailable', 'The server gave a time that cannot be read.')
  return granted(
    {
      credentials: {
        accessKeyId: textOf(credentials, 'AccessKeyId'),
        secretAccessKey: textOf(credentials, 'SecretAccessKey'),
        sessionToken: textOf(credentials, 'SessionToken'),
        expiresAt,
      },
      role: roleNamed(role),
    },
    { now, serverNow: at },
  )
}

/** The last part of a role's ARN is its name. */
export function roleNamed(arn: string): Granted['role'] {
  return { arn, name: arn.slice(arn.lastIndexOf('/') + 1) }
}

/** A name for the session that tells whom a token is for: of characters that STS takes. */
export function sessionName(token: string): string {
  const subject = subjectOf(token) ?? hash('sha256', token)
  const plain = subject.replace(/[^\w+=,.@-]+/g, '-').slice(-64)
  return plain.length < 2 ? 'workload' : plain
}

/** The subject that a token says it has. Nothing is verified here; the server does that. */
export function subjectOf(token: string): string | undefined {
  try {
    const claims: unknown = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8'))
    const subject = memberOf(claims, 'sub')
    return typeof subject === 'string' ? subject : undefined
  } catch {
    return undefined
  }
}
