import type { SecondFactor } from '../operation.ts'

/** The second factor in the input of a call that makes a session. */
export function factorOf({
  SerialNumber,
  TokenCode,
}: {
  readonly SerialNumber?: string | undefined
  readonly TokenCode?: string | undefined
}): SecondFactor | undefined {
  if (SerialNumber === undefined && TokenCode === undefined) return undefined
  return { serial: SerialNumber, code: TokenCode }
}
