import type { KeptCaller } from '#access'
import type { KeptDecision, KeptRecord, Tables } from '#store'
import { secondsText, type UserIdentity, userIdentityOf } from './identity.ts'
import { spelled } from './member.ts'
import { shownResource } from './resource.ts'

/** A record in the form of CloudTrail's events. Source: CloudTrail User Guide, record contents. */
export interface CloudTrailEvent {
  readonly eventVersion: '1.11'
  readonly userIdentity: UserIdentity
  readonly eventTime: string
  readonly eventSource: string
  readonly eventName: string
  readonly awsRegion: string
  readonly sourceIPAddress: string
  readonly userAgent?: string
  readonly errorCode?: string
  readonly errorMessage?: string
  readonly requestParameters: Readonly<Record<string, unknown>> | null
  readonly responseElements: Readonly<Record<string, unknown>> | null
  readonly additionalEventData?: Readonly<Record<string, unknown>>
  readonly requestID: string
  readonly eventID: string
  readonly readOnly: boolean
  readonly resources?: readonly { readonly ARN: string; readonly accountId?: string; readonly type?: string }[]
  readonly eventType: 'AwsApiCall' | 'AwsServiceEvent'
  readonly managementEvent: boolean
  readonly recipientAccountId?: string
  readonly sharedEventID?: string
  readonly eventCategory: 'Management' | 'Data'
  readonly tlsDetails?: Readonly<Record<string, string>>
}

/** What is known of a record beside CloudTrail's form. */
export interface Aside {
  readonly seq: number
  readonly decisions?: readonly KeptDecision[]
  /** What the caller was not told. */
  readonly errorDetail?: string
}

/** Shapes a record. Takes: the caller as it was kept; absent: only its ARN is known. */
export function eventOf(record: KeptRecord, caller: KeptCaller | undefined): CloudTrailEvent {
  const { id, at, eventSource, eventName, region = 'us-east-1', account, more = {} } = record
  const named = { eventSource, eventName }
  const { userAgent, errorCode, errorMessage, category } = record
  const resources = resourcesOf(record)
  return {
    eventVersion: '1.11',
    userIdentity: userIdentityOf(record, caller),
    eventTime: secondsText(at),
    ...named,
    awsRegion: region,
    sourceIPAddress: record.sourceIp,
    ...(userAgent === undefined ? {} : { userAgent }),
    ...(errorCode === undefined ? {} : { errorCode }),
    ...(errorMessage === undefined ? {} : { errorMessage }),
    requestParameters: notEmpty(spelled(record.request, { ...named, of: 'input' })),
    responseElements: notEmpty(spelled(more.response, { ...named, of: 'output' })),
    ...(more.additional === undefined ? {} : { additionalEventData: more.additional }),
    requestID: more.requestId ?? id,
    eventID: id,
    readOnly: record.readOnly,
    ...(resources.length === 0 ? {} : { resources }),
    eventType: record.principal === undefined ? 'AwsServiceEvent' : 'AwsApiCall',
    managementEvent: category !== 'data',
    ...(account === undefined ? {} : { recipientAccountId: account }),
    ...(more.sharedEventId === undefined ? {} : { sharedEventID: more.sharedEventId }),
    eventCategory: category === 'data' ? 'Data' : 'Management',
    ...tlsOf(record),
  }
}

/** The callers of records, by reference. Takes: tables in which to look. */
export async function callersOf(
  records: readonly KeptRecord[],
  { audit }: Pick<Tables, 'audit'>,
): Promise<ReadonlyMap<string, KeptCaller>> {
  const refs = new Set(records.flatMap(({ caller }) => (caller === undefined ? [] : [caller])))
  const texts = await audit.texts([...refs])
  // Only `keptCaller` makes these texts.
  return new Map([...texts].map(([ref, text]) => [ref, JSON.parse(text) as KeptCaller]))
}

/** Shapes records, each with the caller that it refers to. */
export async function eventsOf(
  records: readonly KeptRecord[],
  tables: Pick<Tables, 'audit'>,
): Promise<readonly CloudTrailEvent[]> {
  const callers = await callersOf(records, tables)
  return records.map((record) => eventOf(record, callers.get(record.caller ?? '')))
}

export function asideOf({ seq, decisions, errorDetail }: KeptRecord): Aside {
  return {
    seq,
    ...(decisions === undefined ? {} : { decisions }),
    ...(errorDetail === undefined ? {} : { errorDetail }),
  }
}

function resourcesOf({ resource, account, more = {} }: KeptRecord): NonNullable<CloudTrailEvent['resources']> {
  const listed = more.resources ?? (resource === undefined || resource === '*' ? [] : [{ arn: resource }])
  return listed.map((one) => {
    const shown = shownResource(one.arn)
    const owner = one.account ?? shown.account ?? account
    const type = one.type ?? shown.type
    return {
      ARN: one.arn,
      ...(owner === undefined ? {} : { accountId: owner }),
      ...(type === undefined ? {} : { type }),
    }
  })
}

/** CloudTrail writes null where nothing went in, or came out. */
function notEmpty(value: Readonly<Record<string, unknown>> | undefined): Readonly<Record<string, unknown>> | null {
  return value === undefined || Object.keys(value).length === 0 ? null : value
}

function tlsOf({ more: { tls } = {} }: KeptRecord): Pick<CloudTrailEvent, 'tlsDetails'> {
  if (tls === undefined) return {}
  const { version, cipher, host } = tls
  const details = { tlsVersion: version, cipherSuite: cipher }
  return { tlsDetails: host === undefined ? details : { ...details, clientProvidedHostHeader: host } }
}
