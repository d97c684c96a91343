import { randomBytesOf } from '#access'
import { Fault } from '#protocol'
import type { Store } from '#store'
import { issued, type NewSession } from './sts/credential.ts'

/** For how long, when, and on whose behalf credentials are made that no caller of STS asked for. */
export interface Issue {
  readonly seconds: number
  /** Milliseconds since 1970. */
  readonly now: number
  readonly store: Pick<Store, 'tokenKeys' | 'issued'>
  /** ARN of what the credentials are for. */
  readonly by: string
}

/** Makes the credentials of a session just as STS does, and remembers them. */
export function issueTo(session: NewSession, { seconds, now, store, by }: Issue) {
  const fault = (code: string, message: string) => new Fault({ code, message, status: 400 })
  const caller = { principal: { arn: by } }
  return issued(session, { seconds }, { now, store, random: randomBytesOf, caller, fault }).Credentials
}
