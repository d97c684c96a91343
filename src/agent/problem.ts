/** Why an agent has no credentials to give, or cannot start. */
export class Problem extends Error {
  override readonly name = 'Problem'
  /** The server's code, or `Unavailable` when it was not heard. */
  readonly code: string

  constructor(code: string, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause })
    this.code = code
  }

  /** Whether the server says that there are no credentials any more, so that those from before are dropped, too. */
  get final(): boolean {
    return finalCodes.has(this.code)
  }
}

const finalCodes = new Set([
  'InvalidInstanceID.NotFound',
  'InvalidInstanceProof',
  'InstanceProfileNotFound',
  'AssumeRoleUnauthorizedAccess',
  'AccessDenied',
  'AccessDeniedException',
])
