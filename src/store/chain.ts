import { hash } from 'node:crypto'

/** The link before the first record. */
export const genesis = ''

/** What a record's columns hold, in the order of `auditColumns`. */
export type Values = readonly (string | number | null)[]

/** The columns of a record in the order in which they are linked. INVARIANT: never changed; links that exist were made so. */
export const auditColumns = [
  'seq',
  'id',
  'at',
  'category',
  'account',
  'principal',
  'accessKeyId',
  'caller',
  'eventSource',
  'eventName',
  'region',
  'sourceIp',
  'userAgent',
  'readOnly',
  'resource',
  'request',
  'errorCode',
  'errorMessage',
  'errorDetail',
  'decisions',
  'more',
] as const

/** The link of a record: a hash of the link before it and of all that the record says. */
export function link(previous: string, text: string): string {
  return hash('sha256', `${previous}${text}`, 'base64url')
}

/** What a record says, for its link. */
export function linkedText(values: Values): string {
  return JSON.stringify(values)
}
