import { createHash } from 'node:crypto'
import { Fault } from '#protocol'

/** Reads a body as it arrives, and proves what was signed of it. */
export interface BodyReader {
  /** Whether there is nothing to prove, and all goes on as it comes. */
  readonly isPlain?: true
  /** Gives: what of it may go on. Errors: `Fault` when it is not what was signed. */
  push(chunk: Buffer): readonly Buffer[]
  /** Errors: `Fault` when the whole is not what was signed. */
  end(): void
}

/** For a body that nothing was said about. */
export function plainReader(): BodyReader {
  return { isPlain: true, push: (chunk) => [chunk], end: () => undefined }
}

/** For a body whose hash was signed. Takes: 64 hexadecimal digits. */
export function hashedReader(expected: string): BodyReader {
  const hash = createHash('sha256')
  return {
    push(chunk) {
      hash.update(chunk)
      return [chunk]
    },
    end() {
      if (hash.digest('hex') !== expected)
        throw new Fault({
          code: 'XAmzContentSHA256Mismatch',
          status: 400,
          message: "The provided 'x-amz-content-sha256' header does not match what was computed.",
        })
    },
  }
}
