import { keptCaller } from '#access'
import { header } from '#protocol'
import type { AuditRecord } from '#store'
import type { Entry } from './operation.ts'

/** What the audit trail keeps of a call about instances. */
export function auditRecord(entry: Entry): AuditRecord {
  const { request, requestId, at, operation, account, principal, accessKeyId, region, resource, told, rulings, given } =
    entry
  const userAgent = header(request, 'user-agent')?.slice(0, 1000)
  return {
    id: requestId,
    at,
    eventSource: operation?.source ?? 'cardea.amazonaws.com',
    eventName: operation?.event ?? 'unknown',
    sourceIp: request.remoteAddress,
    readOnly: operation?.readOnly ?? true,
    ...(account !== undefined && { account }),
    ...(principal !== undefined && { principal }),
    ...(entry.caller !== undefined && { caller: keptCaller(entry.caller) }),
    ...(accessKeyId !== undefined && { accessKeyId }),
    ...(region !== undefined && { region }),
    ...(userAgent !== undefined && { userAgent }),
    ...(resource !== undefined && { resource }),
    ...(told !== undefined && { request: told }),
    ...(given !== undefined && { more: { response: given } }),
    ...(rulings.length > 0 && { decisions: rulings.map((ruling) => ruling.decided()) }),
  }
}
