import { Fault } from '#protocol'
import type { IssuedSession, Store, Tables } from '#store'
import { operatorRecord } from './operator-record.ts'
import { readAccountOf } from './sts/credential.ts'

/** Milliseconds for which the longest session lasts. */
const longest = 36 * 3_600_000
/** Milliseconds after which a key seals no more session tokens. */
const keyAge = 30 * 24 * 3_600_000
const mostListed = 10_000

/** A session that goes on, with what it follows from. */
export interface LiveSession extends IssuedSession {
  /** ARNs of those who asked for it and for the sessions before it, the first one first. */
  readonly chain: readonly string[]
}

/** Sessions that go on, and whether there are more than are told. */
export interface LiveSessions {
  readonly sessions: readonly LiveSession[]
  readonly more: boolean
}

/** The sessions that go on, newest first. Takes: the account; absent: all. */
export async function liveSessions(
  store: Store,
  { account, now }: { readonly account?: string | undefined; readonly now: number },
): Promise<LiveSessions> {
  await store.flush()
  return store.read(async ({ sessions }) => {
    const page = { limit: mostListed + 1, ...(account === undefined ? {} : { account }) }
    const all = await sessions.live(now, page)
    const found = all.slice(0, mostListed)
    const known = new Map<string, IssuedSession | undefined>(found.map((session) => [session.id, session]))
    const parentOf = async ({ parent }: IssuedSession) => {
      if (parent === undefined) return undefined
      if (!known.has(parent)) known.set(parent, await sessions.byId(parent))
      return known.get(parent)
    }
    const chained: LiveSession[] = []
    for (const session of found) chained.push({ ...session, chain: await chainOf(session, parentOf) })
    return { sessions: chained, more: all.length > found.length }
  })
}

/**
 * Ends a session, and those that follow from it, before their time. One that was never noted is ended too.
 * Gives: the ids of the sessions that were ended. Errors: `NoSuchEntity` (404).
 */
export async function endSession(
  store: Store,
  { id, now }: { readonly id: string; readonly now: number },
): Promise<readonly string[]> {
  await store.flush()
  const first = await store.read((tables) => sessionWith(id, tables, now))
  return endAll(store, {
    find: (tables) => withFollowing([first], tables),
    end: async (account, sessions, tables) => {
      await endIn(tables, sessions, now)
      await tables.audit.append(operatorRecord('EndSession', now, { account, sessions: sessions.map((one) => one.id) }))
    },
  })
}

/** Ends the sessions that follow from some that were ended, at any remove. Gives: their ids. */
export function endFollowing(
  store: Store,
  { ids, now }: { readonly ids: readonly string[]; readonly now: number },
): Promise<readonly string[]> {
  return endAll(store, {
    find: async (tables) => withFollowing(await askedWith(ids, tables), tables),
    end: (_account, sessions, tables) => endIn(tables, sessions, now),
  })
}

interface Ends {
  /** All that are to be ended, also those that were. */
  find(tables: Tables): Promise<readonly Ending[]>
  /** Ends those of one account. */
  end(account: string, sessions: readonly Ending[], tables: Tables): Promise<void>
}

async function endAll(store: Store, { find, end }: Ends): Promise<readonly string[]> {
  const ended = new Set<string>()
  // A call that was under way may have made another session of one of these; what is noted late is ended as well.
  for (let more = true; more; ) {
    await store.flush()
    const found = (await store.read(find)).filter(({ id }) => !ended.has(id))
    for (const [account, sessions] of Map.groupBy(found, (session) => session.account))
      await store.write(account, (tables) => end(account, sessions, tables))
    for (const session of found) ended.add(session.id)
    more = found.length > 0
  }
  return [...ended]
}

async function endIn({ sessions }: Tables, ending: readonly Ending[], endedAt: number): Promise<void> {
  for (const { id, account, expiresAt } of ending) await sessions.end({ id, account, endedAt, expiresAt })
}

/**
 * Makes a new key for session tokens; the ones before it open the tokens that they sealed until the last has ended.
 * Gives: how many keys there are, and how many were forgotten.
 */
export async function rotateTokenKeys(
  store: Store,
  now: number,
): Promise<{ readonly keys: number; readonly forgotten: number }> {
  const forgotten = await store.rotateTokenKeys({ now, longest })
  const keys = store.tokenKeys.length
  store.record(operatorRecord('RotateTokenKeys', now, { keys, forgotten }))
  return { keys, forgotten }
}

/** Does the same when the newest key is a month old. Gives: whether it did. */
export async function rotateOldTokenKeys(store: Store, now: number): Promise<boolean> {
  const [newest] = store.tokenKeys
  if (newest?.createdAt !== undefined && now < newest.createdAt + keyAge) return false
  await rotateTokenKeys(store, now)
  return true
}

async function chainOf(
  session: IssuedSession,
  parentOf: (session: IssuedSession) => Promise<IssuedSession | undefined>,
): Promise<readonly string[]> {
  const chain = [session.caller]
  const seen = new Set([session.id])
  for (let at = await parentOf(session); at !== undefined && !seen.has(at.id); at = await parentOf(at)) {
    seen.add(at.id)
    chain.unshift(at.caller)
  }
  return chain
}

type Ending = Pick<IssuedSession, 'id' | 'account' | 'expiresAt'>

/** Sessions, and all that follow from them. */
async function withFollowing(first: readonly Ending[], tables: Tables): Promise<readonly Ending[]> {
  const found = new Map<string, Ending>()
  for (let step = first; step.length > 0; ) {
    for (const session of step) found.set(session.id, session)
    const next = await askedWith(
      step.map(({ id }) => id),
      tables,
    )
    step = next.filter((session) => !found.has(session.id))
  }
  return [...found.values()]
}

async function askedWith(ids: readonly string[], { sessions }: Tables): Promise<readonly Ending[]> {
  const found: Ending[] = []
  for (const id of ids) found.push(...(await sessions.askedWith(id)))
  return found
}

async function sessionWith(id: string, { sessions, accounts }: Tables, now: number): Promise<Ending> {
  const session = await sessions.byId(id)
  if (session !== undefined && session.expiresAt > now) return session
  const account = readAccountOf(id)
  if (session !== undefined || account === undefined || (await accounts.byId(account)) === undefined)
    throw new Fault({ code: 'NoSuchEntity', status: 404, message: `There is no live session ${id.slice(0, 128)}.` })
  return { id, account, expiresAt: now + longest }
}
