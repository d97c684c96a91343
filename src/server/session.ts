import { Fault } from '#protocol'
import { delegationToken, endSession, type LiveSession, liveSessions, rotateTokenKeys } from '#services'
import type { House } from './house.ts'
import type { OperatorTasks } from './operator.ts'

/** What a server does for its operator about sessions and the keys of their tokens. */
export function sessionTasks({ store, now }: Pick<House, 'store' | 'now'>): OperatorTasks {
  return {
    async sessions(asked) {
      const { sessions, more } = await liveSessions(store, { account: textIn(asked, 'account'), now: now() })
      return { sessions: sessions.map(told), more }
    },
    async 'sessions/end'(asked) {
      const id = textIn(asked, 'id')
      if (id === undefined) throw wrong('id must be the id of a session.')
      return { ended: await endSession(store, { id, now: now() }) }
    },
    async 'delegations/token'(asked) {
      const id = textIn(asked, 'id')
      if (id === undefined) throw wrong('id must be the id of a delegation request.')
      const { expiresAt, ...told } = await delegationToken(store, { id, now: now() })
      return { ...told, expiresAt: isoOf(expiresAt) }
    },
    'keys/rotate': () => rotateTokenKeys(store, now()),
  }
}

function told({ issuedAt, expiresAt, lastCallAt, ...session }: LiveSession): object {
  const times = { issuedAt: isoOf(issuedAt), expiresAt: isoOf(expiresAt) }
  return { ...session, ...times, ...(lastCallAt === undefined ? {} : { lastCallAt: isoOf(lastCallAt) }) }
}

function isoOf(at: number): string {
  return new Date(at).toISOString()
}

/** Errors: `ValidationError`. */
function textIn(asked: unknown, name: string): string | undefined {
  if (typeof asked !== 'object' || asked === null) throw wrong('The body is not an object.')
  const value: unknown = Object.hasOwn(asked, name) ? Reflect.get(asked, name) : undefined
  if (value !== undefined && typeof value !== 'string') throw wrong(`${name} must be a text.`)
  return value
}

function wrong(message: string): Fault {
  return new Fault({ code: 'ValidationError', status: 400, message })
}
