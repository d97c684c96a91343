import { idAt } from '#access'
import type { AuditRecord } from '#store'

/** What the operator of the installation did, for the audit trail of the account that the request names. */
export function operatorRecord(
  eventName: string,
  at: number,
  request: AuditRecord['request'] & { readonly account?: string },
): AuditRecord {
  const { account } = request
  return {
    id: idAt(at),
    at,
    eventSource: 'operator.cardea',
    eventName,
    sourceIp: '127.0.0.1',
    readOnly: false,
    request,
    ...(account === undefined ? {} : { account }),
  }
}
