import { createHash } from 'node:crypto'
import type { KeptCaller } from '#access'
import type { AuditPlace, AuditQuery, KeptRecord } from '#store'
import { cloudtrail } from './cloudtrail.ts'
import { callersOf, eventOf } from './event.ts'
import { userNameOf } from './identity.ts'
import { shownResource } from './resource.ts'

const mostResults = 50
/** So many records are looked at by one call; then the caller goes on with the token. */
const looked = 20_000
/** So many of them are read at a time where only reading tells whether they are meant. */
const readAtOnce = 500
const mostRead = 5000

type Key =
  | 'EventId'
  | 'EventName'
  | 'ReadOnly'
  | 'Username'
  | 'ResourceType'
  | 'ResourceName'
  | 'EventSource'
  | 'AccessKeyId'

/** What a caller looks for. */
interface Wanted {
  readonly key?: Key
  readonly value: string
  readonly from?: number
  readonly to?: number
}

/** Management events of the caller's account, newest first. */
export const LookupEvents = cloudtrail('LookupEvents', {
  writes: false,
  resource: () => '*',
  async run({ LookupAttributes = [], StartTime, EndTime, MaxResults = mostResults, NextToken, EventCategory }, world) {
    const { fault, account, tables } = world
    if (LookupAttributes.length > 1)
      throw fault('InvalidLookupAttributes', 'Only one lookup attribute can be given in a call.')
    const [attribute] = LookupAttributes
    const wanted: Wanted = {
      // The model's enumeration lets nothing else through.
      ...(attribute === undefined ? {} : { key: attribute.AttributeKey as Key }),
      value: attribute?.AttributeValue ?? '',
      ...(StartTime === undefined ? {} : { from: StartTime.getTime() }),
      ...(EndTime === undefined ? {} : { to: EndTime.getTime() }),
    }
    if (wanted.from !== undefined && wanted.to !== undefined && wanted.from > wanted.to)
      throw fault('InvalidTimeRange', 'The start of the time range is after its end.')
    if (wanted.key === 'ReadOnly' && wanted.value !== 'true' && wanted.value !== 'false')
      throw fault('InvalidLookupAttributes', 'The value of ReadOnly must be true or false.')
    const after = NextToken === undefined ? undefined : placeIn(NextToken, account, wanted)
    if (after === null) throw fault('InvalidNextToken', 'The token does not belong to this query, or is not one.')
    // There are no insights, which are what else can be asked for.
    if (EventCategory !== undefined) return { Events: [] }
    const place = { account, ...(after === undefined ? {} : { after }) }
    const { records, next } = await look(wanted, { ...place, limit: MaxResults, tables })
    const callers = await callersOf(records, tables)
    return {
      Events: records.map((record) => shown(record, callers.get(record.caller ?? ''))),
      ...(next === undefined ? {} : { NextToken: tokenFor(next, account, wanted) }),
    }
  },
})

interface Looking {
  readonly account: string
  readonly after?: AuditPlace
  readonly limit: number
  readonly tables: Parameters<typeof callersOf>[1]
}

interface Found {
  readonly records: readonly KeptRecord[]
  readonly next?: AuditPlace
}

async function look(wanted: Wanted, { account, after, limit, tables }: Looking): Promise<Found> {
  const { key, value, from, to } = wanted
  const query: AuditQuery = {
    ...{ account, category: 'management', limit, scan: looked },
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
    ...(after === undefined ? {} : { after }),
  }
  if (key === 'EventId') return { records: (await tables.audit.byId(value)).filter((one) => fits(one, query)) }
  const plain = columnFor(key, value)
  if (plain !== undefined) return tables.audit.find({ ...query, ...plain })
  return sift(query, tables, (record, caller) => isMeant(record, caller, wanted))
}

/** What the store can look for by itself. */
function columnFor(key: Key | undefined, value: string): Partial<AuditQuery> | undefined {
  switch (key) {
    case undefined:
      return {}
    case 'EventName':
      return { equal: { eventName: value } }
    case 'EventSource':
      return { equal: { eventSource: value } }
    case 'AccessKeyId':
      return { equal: { accessKeyId: value } }
    case 'ReadOnly':
      return { readOnly: value === 'true' }
    default:
      return undefined
  }
}

async function sift(
  query: AuditQuery,
  tables: Looking['tables'],
  isWanted: (record: KeptRecord, caller: KeptCaller | undefined) => boolean,
): Promise<Found> {
  const found: KeptRecord[] = []
  let after = query.after
  for (let read = 0; read < mostRead; read += readAtOnce) {
    const place = after === undefined ? {} : { after }
    const { records, next } = await tables.audit.find({ ...query, ...place, limit: readAtOnce })
    const callers = await callersOf(records, tables)
    for (const record of records) {
      if (!isWanted(record, callers.get(record.caller ?? ''))) continue
      found.push(record)
      if (found.length === query.limit) return { records: found, next: record }
    }
    after = next
    if (next === undefined) return { records: found }
  }
  return { records: found, ...(after === undefined ? {} : { next: after }) }
}

function isMeant(record: KeptRecord, caller: KeptCaller | undefined, { key, value }: Wanted): boolean {
  if (key === 'Username') return userNameOf({ ...record, caller }) === value
  const resources = arnsOf(record).map((arn) => ({ arn, ...shownResource(arn) }))
  if (key === 'ResourceType') return resources.some(({ type }) => type === value)
  return resources.some(({ arn, name }) => arn === value || name === value)
}

function fits({ account, at, category = 'management' }: KeptRecord, query: AuditQuery): boolean {
  const { from = Number.NEGATIVE_INFINITY, to = Number.POSITIVE_INFINITY } = query
  return account === query.account && category === query.category && at >= from && at <= to
}

function arnsOf({ resource, more }: KeptRecord): readonly string[] {
  return more?.resources?.map(({ arn }) => arn) ?? (resource === undefined || resource === '*' ? [] : [resource])
}

function shown(record: KeptRecord, caller: KeptCaller | undefined) {
  const name = userNameOf({ ...record, caller })
  const { id, at, eventName, eventSource, readOnly, accessKeyId } = record
  return {
    ...{ EventId: id, EventName: eventName, ReadOnly: String(readOnly) },
    ...(accessKeyId === undefined ? {} : { AccessKeyId: accessKeyId }),
    ...{ EventTime: new Date(at), EventSource: eventSource },
    ...(name === undefined ? {} : { Username: name }),
    Resources: arnsOf(record).map((arn) => {
      const { type, name: resource } = shownResource(arn)
      return { ...(type === undefined ? {} : { ResourceType: type }), ResourceName: resource }
    }),
    CloudTrailEvent: JSON.stringify(eventOf(record, caller)),
  }
}

/** A token is good for the account and the question that it was given for. */
function tokenFor({ at, seq }: AuditPlace, account: string, wanted: Wanted): string {
  return Buffer.from(JSON.stringify([at, seq, markOf(account, wanted)])).toString('base64')
}

/** Gives: `null` for what is no token of this question. */
function placeIn(token: string, account: string, wanted: Wanted): AuditPlace | null {
  try {
    const value: unknown = JSON.parse(Buffer.from(token, 'base64').toString('utf8'))
    if (!Array.isArray(value) || value.length !== 3) return null
    const [at, seq, mark]: readonly unknown[] = value
    if (!Number.isSafeInteger(at) || !Number.isSafeInteger(seq) || mark !== markOf(account, wanted)) return null
    return { at: Number(at), seq: Number(seq) }
  } catch {
    return null
  }
}

function markOf(account: string, { key, value, from, to }: Wanted): string {
  return createHash('sha256')
    .update(JSON.stringify([account, key, value, from, to]))
    .digest('base64')
    .slice(0, 16)
}
