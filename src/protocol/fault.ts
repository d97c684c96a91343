/** What a refusal is made of. The caller sees `code`, `status` and `message`; `cause` and `detail` go to the log only. */
export interface FaultParts {
  /** The code on the wire, as AWS spells it: `NoSuchEntity`. */
  readonly code: string
  /** HTTP status, 400–599. */
  readonly status: number
  /** In AWS's words. */
  readonly message: string
  readonly cause?: unknown
  /** For the operator's log. Never a secret. */
  readonly detail?: string
}

/** The only error that a caller may see. */
export class Fault extends Error {
  readonly code: string
  readonly status: number
  readonly detail: string | undefined

  constructor({ code, status, message, cause, detail }: FaultParts) {
    super(message, cause === undefined ? undefined : { cause })
    this.name = 'Fault'
    this.code = code
    this.status = status
    this.detail = detail
  }
}
