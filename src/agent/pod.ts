import { hash } from 'node:crypto'
import { askWithToken, sessionName, subjectOf } from './ask-token.ts'
import type { Server } from './client.ts'
import type { Granted } from './granted.ts'
import type { Known } from './keeper.ts'
import { Problem } from './problem.ts'

/** Gives pods credentials for the tokens of their service accounts. */
export interface Pods {
  known(token: string): Promise<Known>
}

export interface PodParts {
  readonly server: Server
  /** Roles by service account, `namespace/name`; `*` stands for all others. */
  readonly roles: ReadonlyMap<string, string>
  readonly seconds?: number
  now(): number
}

/** Tokens whose credentials are remembered. */
const most = 1000
/** Milliseconds that credentials must be good for to be given again. */
const least = 15 * 60_000

const form = /^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$/

/** Whether a text has the form of a JSON Web Token. */
export function isWebToken(text: string): boolean {
  return form.test(text)
}

/**
 * Shows the token of a pod to STS, as the EKS agent shows it to AWS.
 * INVARIANT: credentials are given again to the very token that they were given for, and to no other.
 */
export function podsOf({ server, roles, seconds, now }: PodParts): Pods {
  const remembered = new Map<string, Granted>()
  const running = new Map<string, Promise<Known>>()
  const ask = async (token: string, mark: string): Promise<Known> => {
    try {
      const role = roleFor(token, roles)
      const lasting = seconds === undefined ? {} : { seconds }
      const granted = await askWithToken(server, { token, role, session: sessionName(token), ...lasting, now: now() })
      const [oldest] = remembered.keys()
      if (remembered.size >= most && oldest !== undefined) remembered.delete(oldest)
      remembered.set(mark, granted)
      return { granted, last: granted }
    } catch (cause) {
      if (!(cause instanceof Problem)) throw cause
      const before = remembered.get(mark)
      // While the server is away, what is still good is given.
      if (cause.code === 'Unavailable' && before !== undefined && before.goodUntil > now()) return { granted: before }
      return { problem: cause }
    }
  }
  return {
    known(token) {
      const mark = hash('sha256', token)
      const before = remembered.get(mark)
      const lifetime = before === undefined ? 0 : before.goodUntil - before.givenAt
      if (before !== undefined && before.goodUntil - now() > Math.min(least, lifetime / 2))
        return Promise.resolve({ granted: before, last: before })
      const begun = running.get(mark) ?? ask(token, mark).finally(() => running.delete(mark))
      running.set(mark, begun)
      return begun
    },
  }
}

/** Which role the token's service account has. Errors: `Problem`. */
function roleFor(token: string, roles: ReadonlyMap<string, string>): string {
  const [, account = ''] = /^system:serviceaccount:([^:]+:[^:]+)$/.exec(subjectOf(token) ?? '') ?? []
  const role = roles.get(account.replace(':', '/')) ?? roles.get('*')
  if (role !== undefined) return role
  throw new Problem('AccessDenied', 'No role is set for the service account of this token.')
}
