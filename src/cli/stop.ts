/** What a command ends with. Documented in `docs/guide/command-line.md`. */
export const exitCode = {
  done: 0,
  /** The command did what it could, and the answer is no: a refusal, an unreadable question, a failed check. */
  failed: 1,
  /** A flag, variable, setting or argument is wrong; nothing was done. */
  usage: 2,
  /** The store does not open: held by another process, wrong master key, damaged. */
  store: 3,
  /** No server answers where one is needed, or the address to serve on cannot be had. */
  server: 4,
} as const

export type ExitCode = (typeof exitCode)[keyof typeof exitCode]

/** Ends a command with a message for its user. */
export class Stop extends Error {
  override readonly name = 'Stop'
  readonly code: ExitCode

  constructor(code: ExitCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause })
    this.code = code
  }
}
