import type { Writable } from 'node:stream'
import { createColors } from 'picocolors'

/** Where a command writes, and in which form. */
export interface Output {
  readonly json: boolean
  readonly out: Writable
  readonly err: Writable
}

/** Writes an answer: `value` as one line of JSON for programs, `text` for people. */
export function say({ json, out }: Output, value: object, text: () => string): void {
  out.write(`${json ? JSON.stringify(value) : text()}\n`)
}

/** Writes a remark for people; it never mixes with the answer. */
export function remark({ err }: Output, text: string): void {
  err.write(`${text}\n`)
}

/** Functions that colour a text, or leave it as it is. */
export type Colours = ReturnType<typeof createColors>

/** Colours for a stream: plain text unless it is a terminal, and never with `NO_COLOR`. */
export function coloursFor(stream: Writable): Colours {
  const terminal = 'isTTY' in stream && stream.isTTY === true
  return createColors(terminal && !process.env['NO_COLOR'])
}
