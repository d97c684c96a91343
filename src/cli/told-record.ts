/** A record of the audit trail as the house tells it. */
export interface ToldRecord {
  /** In CloudTrail's form. */
  readonly event: {
    readonly eventTime: string
    readonly eventSource: string
    readonly eventName: string
    readonly awsRegion: string
    readonly eventID: string
    readonly requestID: string
    readonly readOnly: boolean
    readonly recipientAccountId?: string
    readonly userIdentity: { readonly type: string; readonly arn?: string; readonly invokedBy?: string }
    readonly sourceIPAddress: string
    readonly errorCode?: string
    readonly errorMessage?: string
    readonly resources?: readonly { readonly ARN: string }[]
  }
  /** What Cardea knows beside it. */
  readonly cardea: {
    readonly seq: number
    readonly decisions?: readonly { readonly id: string; readonly decision: string; readonly reportOnly?: boolean }[]
    readonly errorDetail?: string
  }
}

/** One line for people: when, what, by whom, on what, what came of it, and the id to ask more with. */
export function lineOf({ event, cardea }: ToldRecord): string {
  const { eventTime, eventSource, eventName, userIdentity, resources, errorCode, eventID } = event
  const who = userIdentity.arn ?? userIdentity.invokedBy ?? userIdentity.type
  const action = `${eventSource.split('.', 1)[0]}:${eventName}`
  const reported = cardea.decisions?.some(({ reportOnly }) => reportOnly === true) === true ? 'report-only' : 'ok'
  const cells = [eventTime, action, who, resources?.[0]?.ARN ?? '-', errorCode ?? reported, eventID]
  return cells.map(plain).join('  ')
}

/** A text from outside as it may be shown: nothing in it moves the cursor, or pretends to be another line. */
export function plain(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu, (char) => `\\u{${char.codePointAt(0)?.toString(16)}}`)
}
