/** One call as the audit trail keeps it: who, what, on what, from where, and what came of it. Never a secret. */
export interface AuditRecord {
  /** The id of the event, and of the request where `requestId` does not say otherwise. Ids rise with time: see `idAt`. */
  readonly id: string
  readonly at: number
  /** Absent: `management`. */
  readonly category?: 'management' | 'data'
  /** The account that the record belongs to; absent when the caller is unknown. */
  readonly account?: string
  /** ARN of the caller. */
  readonly principal?: string
  readonly accessKeyId?: string
  /** Who the caller was, in full. */
  readonly caller?: KeptText
  /** `iam.amazonaws.com` */
  readonly eventSource: string
  /** The operation. */
  readonly eventName: string
  readonly region?: string
  readonly sourceIp: string
  readonly userAgent?: string
  readonly readOnly: boolean
  /** The first thing touched. */
  readonly resource?: string
  /** The parameters, secrets left out. */
  readonly request?: Readonly<Record<string, unknown>>
  /** Absent: the call succeeded. */
  readonly errorCode?: string
  readonly errorMessage?: string
  /** What the caller did not hear: which check or condition failed, what it expected and what it saw. */
  readonly errorDetail?: string
  /** What was decided on the way, in order. */
  readonly decisions?: readonly Decided[]
  readonly more?: MoreOfRecord
}

/** What few records have. */
export interface MoreOfRecord {
  /** Where several records tell of one request. */
  readonly requestId?: string
  readonly sharedEventId?: string
  /** What a change answered, secrets left out. */
  readonly response?: Readonly<Record<string, unknown>>
  /** All that was touched, where it is more than `resource`. */
  readonly resources?: readonly TouchedResource[]
  readonly additional?: Readonly<Record<string, unknown>>
  readonly tls?: TlsDetails
  readonly referer?: string
}

export interface TouchedResource {
  readonly arn: string
  readonly account?: string
  /** `AWS::IAM::Role` */
  readonly type?: string
}

export interface TlsDetails {
  /** `TLSv1.3` */
  readonly version: string
  readonly cipher: string
  /** The host that the client asked for. */
  readonly host?: string
}

/** A text that is kept once, whatever refers to it. */
export interface KeptText {
  /** Made of the text: the same text has the same one. */
  readonly ref: string
  readonly text: string
  /** Texts that this one refers to. */
  readonly parts?: readonly KeptText[]
}

/** One decision as it is kept: with what it stood on, so that it can be explained later. */
export interface Decided {
  readonly id: string
  /** `iam:CreateUser` */
  readonly action: string
  readonly decision: 'allowed' | 'explicitDeny' | 'implicitDeny'
  readonly deniedBy?: string
  /** The moment that it was decided for, in milliseconds since 1970. */
  readonly at: number
  /** For whom it was decided. */
  readonly caller: KeptText
  /** Where the request came from, and by what. */
  readonly from: KeptText
  /** All that was touched; of a refusal, up to the thing that was refused. */
  readonly on: readonly DecidedOn[]
  /** What was in the context beside what every request has. */
  readonly context?: Readonly<Record<string, string | readonly string[]>>
  /** The policies that bore on it, by layer; levels of an organization from the root. */
  readonly policies: Readonly<Record<string, KeptText | readonly KeptText[]>>
  /** The statements that denied. */
  readonly deciding?: readonly DecidingPlace[]
  /** Present: what was decided was not done; the caller was let through, or not told. */
  readonly reportOnly?: boolean
}

/** One thing that a decision was about. */
export interface DecidedOn {
  readonly arn: string
  /** The owner, where it is not the caller's account. */
  readonly account?: string
  readonly tags?: readonly { readonly key: string; readonly value: string }[]
  /** The policy that it carries itself. */
  readonly policy?: KeptText
}

/** Where a statement stands that decided. */
export interface DecidingPlace {
  readonly layer: string
  readonly level?: number
  readonly policy: number
  readonly policyId?: string
  readonly policyArn?: string
  readonly statement: number
  readonly sid?: string
}

/** A record as it is read again: what it refers to is named by reference. */
export interface KeptRecord extends Omit<AuditRecord, 'caller' | 'decisions'> {
  /** Counted without gaps through the whole installation. */
  readonly seq: number
  readonly caller?: string
  readonly decisions?: readonly KeptDecision[]
}

/** A decision as it is read again: what it refers to is named by reference. */
export interface KeptDecision extends Omit<Decided, 'caller' | 'from' | 'on' | 'policies'> {
  readonly caller: string
  readonly from: string
  readonly on: readonly (Omit<DecidedOn, 'policy'> & { readonly policy?: string })[]
  readonly policies: Readonly<Record<string, string | readonly string[]>>
}

/** Which records are looked for. What is absent bounds nothing. */
export interface AuditQuery {
  readonly account?: string
  readonly category?: 'management' | 'data'
  /** Milliseconds since 1970, both included. */
  readonly from?: number
  readonly to?: number
  /** Columns that have exactly this value. */
  readonly equal?: Readonly<Partial<Pick<AuditRecord, AuditColumn>>>
  readonly readOnly?: boolean
  /** Only refusals, or only what was not refused. */
  readonly refused?: boolean
  /** Only refusals, and what would have been refused. */
  readonly denied?: boolean
  /** Where a listing goes on: after this record. */
  readonly after?: AuditPlace
  readonly order?: 'newest' | 'oldest'
  readonly limit: number
  /** So many records are looked at before what was found is told. Absent: all. */
  readonly scan?: number
}

/** What was found. */
export interface AuditPage {
  readonly records: readonly KeptRecord[]
  /** Where to go on; absent: there is nothing more. */
  readonly next?: AuditPlace
}

/** Ids between which to look for records in whose decisions a text is. */
export interface IdRange {
  readonly text: string
  readonly first: string
  readonly last: string
}

export type AuditColumn = 'id' | 'accessKeyId' | 'principal' | 'eventSource' | 'eventName' | 'resource' | 'errorCode'

/** Where a record stands in a listing. */
export interface AuditPlace {
  readonly at: number
  readonly seq: number
}

export interface AuditTable {
  append(record: AuditRecord): Promise<void>
  /** Newest first. */
  list(account: string, page: { readonly before?: number; readonly limit: number }): Promise<readonly KeptRecord[]>
  /** Of one account by time, then in the order of recording; of all accounts in the order of recording. */
  find(query: AuditQuery): Promise<AuditPage>
  /** Of several with one id, ten at most. */
  byId(id: string): Promise<readonly KeptRecord[]>
  holding(range: IdRange): Promise<readonly KeptRecord[]>
  /** By the order of recording, oldest first. */
  since(seq: number, limit: number): Promise<readonly KeptRecord[]>
  /** The number of the newest record. */
  newest(): Promise<number>
  /** The texts that `refs` stand for; those that are not there are left out. */
  texts(refs: readonly string[]): Promise<ReadonlyMap<string, string>>
}
