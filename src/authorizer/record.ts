import { idAt, keptCaller } from '#access'
import { type Fault, header } from '#protocol'
import type { AuditRecord } from '#store'
import type { Judged } from './judge.ts'
import type { Entry, Ground } from './part.ts'

/** What the audit trail keeps of a call to the authorizer. */
export function auditRecord(entry: Entry, fault?: Fault): AuditRecord {
  const { request, requestId, at, event, readOnly, caller, resource, told, decisions } = entry
  const userAgent = header(request, 'user-agent')?.slice(0, 1000).toWellFormed()
  return {
    id: requestId,
    at,
    eventSource: 'cardea.amazonaws.com',
    eventName: event ?? 'unknown',
    sourceIp: request.remoteAddress,
    readOnly: readOnly ?? true,
    ...(caller && {
      account: caller.account,
      principal: caller.principal.arn,
      caller: keptCaller(caller),
      region: caller.region,
      ...(caller.accessKeyId === undefined ? {} : { accessKeyId: caller.accessKeyId }),
    }),
    ...(userAgent === undefined ? {} : { userAgent }),
    ...(resource === undefined ? {} : { resource }),
    ...(told === undefined ? {} : { request: told }),
    ...(decisions === undefined ? {} : { decisions: decisions.map((decided) => decided()) }),
    ...(fault === undefined ? {} : refusalOf(fault)),
  }
}

function refusalOf({ code, message, detail }: Fault) {
  return {
    errorCode: code,
    errorMessage: message.split('\n', 1)[0]?.slice(0, 1000).toWellFormed() ?? '',
    ...(detail === undefined ? {} : { errorDetail: detail.slice(0, 4000).toWellFormed() }),
  }
}

/**
 * Records a decision about somebody as an event of the service that asked: each refusal, and each permission where the
 * operator wants them all.
 * Gives: what to wait for before the next one.
 */
export function recordJudged(
  { weighed, ruling }: Judged,
  entry: Pick<Entry, 'requestId'>,
  { store, recorded }: Pick<Ground, 'store' | 'recorded'>,
): Promise<void> | undefined {
  if (ruling.refusal === undefined && recorded !== 'all') return undefined
  const { caller, action, touched, request, now } = weighed
  const colon = action.indexOf(':')
  const account = caller.kind === 'nobody' ? touched[0]?.account : caller.account
  const userAgent = header(request, 'user-agent')?.slice(0, 1000).toWellFormed()
  return store.recordData({
    id: idAt(now),
    at: now,
    category: 'data',
    eventSource: `${action.slice(0, colon)}.amazonaws.com`,
    eventName: action.slice(colon + 1),
    sourceIp: request.remoteAddress,
    readOnly: true,
    ...(account === undefined ? {} : { account }),
    principal: caller.principal.arn,
    caller: keptCaller(caller),
    region: caller.region,
    ...(caller.accessKeyId === undefined ? {} : { accessKeyId: caller.accessKeyId }),
    ...(userAgent === undefined ? {} : { userAgent }),
    ...(touched[0] === undefined ? {} : { resource: touched[0].arn.slice(0, 2048).toWellFormed() }),
    decisions: [ruling.decided()],
    more: { requestId: entry.requestId },
    ...(ruling.refusal === undefined ? {} : refusalOf(ruling.refusal)),
  })
}
