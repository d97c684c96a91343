import type { Values } from '../chain.ts'
import type { AuditRecord, Decided, KeptDecision, KeptRecord, KeptText, MoreOfRecord } from '../entity.ts'
import type { AuditRecordColumns } from '../schema-audit.ts'
import { present } from './column.ts'

/** The columns of a record but its link, in the order of `auditColumns`. */
export function valuesOf(seq: number, record: AuditRecord): Values {
  const { request, decisions, more } = record
  return [
    seq,
    whole(record.id),
    record.at,
    record.category === 'data' ? 1 : 0,
    record.account ?? null,
    wholeOrNull(record.principal),
    record.accessKeyId ?? null,
    record.caller?.ref ?? null,
    record.eventSource,
    whole(record.eventName),
    wholeOrNull(record.region),
    record.sourceIp,
    wholeOrNull(record.userAgent),
    record.readOnly ? 1 : 0,
    wholeOrNull(record.resource),
    request === undefined ? null : textOf(request),
    record.errorCode ?? null,
    wholeOrNull(record.errorMessage),
    wholeOrNull(record.errorDetail),
    decisions === undefined || decisions.length === 0
      ? null
      : textOf(decisions.map((decision) => withoutTexts(decision, record))),
    more === undefined ? null : moreText(more),
  ]
}

/** All texts that a record refers to. */
export function textsOf({ caller, decisions }: AuditRecord): readonly KeptText[] {
  if (decisions === undefined) return caller === undefined ? [] : [caller]
  const texts = caller === undefined ? [] : [caller]
  for (const { caller: by, from, on, policies } of decisions) {
    texts.push(by, from)
    for (const { policy } of on) if (policy !== undefined) texts.push(policy)
    for (const layer of Object.values(policies)) {
      if ('ref' in layer) texts.push(layer)
      else texts.push(...layer)
    }
  }
  return texts
}

export function recordOf({ chain: _, readOnly, category, request, decisions, more, ...row }: AuditRecordColumns) {
  const { seq, id, at, eventSource, eventName, sourceIp, ...rest } = row
  const record: KeptRecord = {
    ...{ seq, id, at, eventSource, eventName, sourceIp },
    readOnly: readOnly === 1,
    ...(category === 1 ? { category: 'data' } : {}),
    ...present(rest),
    // Only `valuesOf` writes these columns.
    ...(request === null ? {} : { request: JSON.parse(request) as NonNullable<KeptRecord['request']> }),
    ...(decisions === null ? {} : { decisions: decisionsOf(decisions, row) }),
    ...(more === null ? {} : { more: JSON.parse(more) as NonNullable<KeptRecord['more']> }),
  }
  return record
}

/** A decision as it is written: what it has in common with its record is left out. */
type Written = Omit<KeptDecision, 'caller' | 'at'> & Partial<Pick<KeptDecision, 'caller' | 'at'>>

function withoutTexts({ caller, at, from, on, policies, ...decision }: Decided, record: AuditRecord): Written {
  const layers: Record<string, string | readonly string[]> = {}
  for (const layer in policies) {
    const kept = policies[layer]
    if (kept !== undefined) layers[layer] = 'ref' in kept ? kept.ref : kept.map(({ ref }) => ref)
  }
  return {
    ...decision,
    ...(at === record.at ? {} : { at }),
    ...(caller.ref === record.caller?.ref ? {} : { caller: caller.ref }),
    from: from.ref,
    on: on.map(({ policy, ...touched }) => (policy === undefined ? touched : { ...touched, policy: policy.ref })),
    policies: layers,
  }
}

function decisionsOf(text: string, { at, caller }: Pick<AuditRecordColumns, 'at' | 'caller'>): readonly KeptDecision[] {
  // Only `withoutTexts` makes this text.
  const written = JSON.parse(text) as readonly Written[]
  return written.map((one) => ({ at, caller: caller ?? '', ...one }))
}

/** The most characters of an answer that are kept. Source: CloudTrail leaves out larger ones in this form. */
const largestKept = 102_400

function moreText(more: MoreOfRecord): string {
  const text = textOf(more)
  if (text.length <= largestKept || more.response === undefined) return text
  const response = { omitted: true, originalSize: text.length, reason: 'responseElements too large' }
  return textOf({ ...more, response })
}

/** JSON escapes what `whole` would have to replace. */
function textOf(value: object): string {
  return JSON.stringify(value)
}

function wholeOrNull(text: string | undefined): string | null {
  return text === undefined ? null : whole(text)
}

/** INVARIANT: what is linked is what is read again: half of a pair of UTF-16, and NUL, would come back as something else. */
function whole(text: string): string {
  const formed = text.isWellFormed() ? text : text.toWellFormed()
  return formed.includes('\0') ? formed.replaceAll('\0', '\uFFFD') : formed
}
