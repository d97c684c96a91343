import { Fault } from '#protocol'
import {
  type Aside,
  asideOf,
  type CloudTrailEvent,
  callersOf,
  denials,
  eventOf,
  explainDecision,
  userNameOf,
} from '#services'
import type { AuditPlace, AuditQuery, KeptRecord, Store, Tables, Verification } from '#store'
import type { House } from './house.ts'
import type { OperatorTasks } from './operator.ts'

/** A record as an operator is told it: the event in CloudTrail's form, and what Cardea knows beside it. */
export interface ToldRecord {
  readonly event: CloudTrailEvent
  readonly cardea: Aside
}

const mostTold = 500
/** So many records are looked at for one answer; then whoever asks goes on. */
const looked = 20_000
const day = 86_400_000
/** Milliseconds that an answer waits for the trail to be looked through. */
const patience = 4000

/** What a server does for its operator about the audit trail. */
export function auditTasks({ store, now }: Pick<House, 'store' | 'now'>): OperatorTasks {
  return {
    'audit/search': (asked) => search(store, asked),
    'audit/since': (asked) => since(store, asked),
    'audit/verify': () => verify(store),
    async 'audit/digests'(asked) {
      const after = numberIn(asked, 'after') ?? 0
      return { digests: await store.trail.digests({ after, limit: mostTold }), keys: keysOf(store) }
    },
    'audit/keys': async () => ({ keys: keysOf(store) }),
    async 'audit/denials'(asked) {
      const account = textIn(asked, 'account')
      const from = numberIn(asked, 'from') ?? now() - 7 * day
      const limit = Math.min(100, Math.max(1, numberIn(asked, 'limit') ?? 20))
      return denials(store, { from, limit, ...(account === undefined ? {} : { account }) })
    },
    async 'audit/explain'(asked) {
      const id = textIn(asked, 'id')
      if (id === undefined) throw wrong('id must be the id of a decision or of a request.')
      await store.flush()
      return { decisions: await store.read((tables) => explainDecision(id, tables)) }
    },
  }
}

const verifying = new WeakMap<Store, Promise<Verification>>()

/** To look through a long trail takes longer than an answer may; whoever asks again hears how it goes on. */
async function verify(store: Store): Promise<Verification | { readonly running: true }> {
  const running = verifying.get(store) ?? store.trail.verify()
  verifying.set(store, running)
  try {
    const done = await Promise.race([running, later(patience)])
    if (done === undefined) return { running: true }
    verifying.delete(store)
    return done
  } catch (cause) {
    verifying.delete(store)
    throw cause
  }
}

function keysOf({ trail }: Store): readonly { readonly id: string; readonly publicKey: string }[] {
  return [...trail.publicKeys].map(([id, publicKey]) => ({ id, publicKey }))
}

async function search(store: Store, asked: unknown): Promise<object> {
  await store.flush()
  const query = queryIn(asked)
  const user = textIn(asked, 'user')
  return store.read(async (tables) => {
    const { records, next } = await tables.audit.find(query)
    const told = await tellAll(records, tables)
    const meant = user === undefined ? told : told.filter((_, index) => records[index] && isBy(records[index], user))
    return { records: meant, ...(next === undefined ? {} : { next }) }
  })
}

function isBy(record: KeptRecord, user: string): boolean {
  return record.principal === user || userNameOf({ ...record, caller: undefined }) === user
}

/** The records after one, oldest first; without a number, only where the newest is. */
async function since(store: Store, asked: unknown): Promise<object> {
  await store.flush()
  const after = numberIn(asked, 'after')
  return store.read(async (tables) => {
    if (after === undefined) return { records: [], last: await tables.audit.newest() }
    const records = await tables.audit.since(after, mostTold)
    return { records: await tellAll(records, tables), last: records.at(-1)?.seq ?? after }
  })
}

async function tellAll(records: readonly KeptRecord[], tables: Tables): Promise<readonly ToldRecord[]> {
  const callers = await callersOf(records, tables)
  return records.map((record) => ({
    event: eventOf(record, callers.get(record.caller ?? '')),
    cardea: asideOf(record),
  }))
}

const columns = ['id', 'accessKeyId', 'principal', 'eventSource', 'eventName', 'resource', 'errorCode'] as const

/** Errors: `ValidationError`. */
function queryIn(asked: unknown): AuditQuery {
  const [account, category] = [textIn(asked, 'account'), textIn(asked, 'category')]
  if (category !== undefined && category !== 'management' && category !== 'data')
    throw wrong('category must be management or data.')
  const [from, to, limit] = [numberIn(asked, 'from'), numberIn(asked, 'to'), numberIn(asked, 'limit') ?? mostTold]
  const [readOnly, refused, denied] = [flagIn(asked, 'readOnly'), flagIn(asked, 'refused'), flagIn(asked, 'denied')]
  const equal = Object.fromEntries(
    columns.flatMap((name) => {
      const value = textIn(asked, name)
      return value === undefined ? [] : [[name, value]]
    }),
  )
  const after = placeIn(asked)
  return {
    ...{ equal, limit: Math.min(mostTold, Math.max(1, limit)), scan: looked },
    ...(account === undefined ? {} : { account }),
    ...(category === undefined ? {} : { category }),
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
    ...(readOnly === undefined ? {} : { readOnly }),
    ...(refused === undefined ? {} : { refused }),
    ...(denied === undefined ? {} : { denied }),
    ...(after === undefined ? {} : { after }),
    ...(flagIn(asked, 'oldest') === true ? { order: 'oldest' } : {}),
  }
}

function placeIn(asked: unknown): AuditPlace | undefined {
  const value = memberOf(asked, 'after')
  if (value === undefined) return undefined
  const [at, seq] = [numberIn(value, 'at'), numberIn(value, 'seq')]
  if (at === undefined || seq === undefined) throw wrong('after must have at and seq.')
  return { at, seq }
}

function memberOf(asked: unknown, name: string): unknown {
  if (typeof asked !== 'object' || asked === null) throw wrong('The body is not an object.')
  return Object.hasOwn(asked, name) ? Reflect.get(asked, name) : undefined
}

function textIn(asked: unknown, name: string): string | undefined {
  const value = memberOf(asked, name)
  if (value !== undefined && (typeof value !== 'string' || value.length > 2048)) throw wrong(`${name} must be a text.`)
  return value
}

function numberIn(asked: unknown, name: string): number | undefined {
  const value = memberOf(asked, name)
  if (value !== undefined && !Number.isSafeInteger(value)) throw wrong(`${name} must be a whole number.`)
  return value === undefined ? undefined : Number(value)
}

function flagIn(asked: unknown, name: string): boolean | undefined {
  const value = memberOf(asked, name)
  if (value !== undefined && typeof value !== 'boolean') throw wrong(`${name} must be true or false.`)
  return value
}

function later(milliseconds: number): Promise<undefined> {
  return new Promise((resolve) => setTimeout(() => resolve(undefined), milliseconds).unref())
}

function wrong(message: string): Fault {
  return new Fault({ code: 'ValidationError', status: 400, message })
}
