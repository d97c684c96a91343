import { once } from 'node:events'
import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { decide as decideOne, type Explanation, explain, type Question, readQuestion } from '#engine'
import { type Colours, coloursFor, type Output } from '../print.ts'
import { type Asked, rendered } from '../rendering.ts'
import { type ExitCode, exitCode } from '../stop.ts'

export interface DecideOptions {
  /** A file of questions; `-` or absent: standard input. */
  readonly file?: string
  readonly explain: boolean
  /** With `explain`: for people in place of JSON. */
  readonly text: boolean
}

/** The longest question that is read, in characters. */
const longest = 16 * 1024 * 1024

/**
 * Answers questions, one JSON object a line, in order.
 * Gives: `failed` when a line was no question or a policy could not be parsed; the lines after it are answered.
 */
export async function decide(options: DecideOptions, { out }: Output): Promise<ExitCode> {
  let code: ExitCode = exitCode.done
  const lines = createInterface({ input: inputOf(options.file), crlfDelay: Number.POSITIVE_INFINITY })
  for await (const line of lines) {
    if (line.trim() === '') continue
    const { text, failed } = answerTo(line, options, coloursFor(out))
    if (failed) code = exitCode.failed
    if (!out.write(`${text}\n`)) await once(out, 'drain')
  }
  return code
}

function inputOf(file: string | undefined): Readable {
  if (file === undefined || file === '-') return process.stdin
  const input = createReadStream(file)
  input.on('error', (cause) => {
    process.stderr.write(`cardea: ${file} cannot be read: ${cause.message}\n`)
    process.exit(exitCode.usage)
  })
  return input
}

interface Answer {
  readonly text: string
  readonly failed: boolean
}

function answerTo(line: string, options: DecideOptions, colours: Colours): Answer {
  if (line.length > longest)
    return {
      failed: true,
      text: JSON.stringify({ error: { code: 'InvalidQuestion', message: 'The line is too long.' } }),
    }
  const question = readQuestion(line)
  if ('error' in question) return { failed: true, text: JSON.stringify(question) }
  const { id, request, layers } = question
  const named = id === undefined ? {} : { id }
  const explanation = options.explain ? explain(request, layers) : undefined
  if (explanation !== undefined && options.text)
    return { failed: false, text: `${rendered(explanation, askedIn(question), colours)}\n` }
  const { decision, deniedBy } = explanation ?? decideOne(request, layers)
  const denied = deniedBy === undefined ? {} : { deniedBy }
  return { failed: false, text: JSON.stringify({ ...named, decision, ...denied, ...groundsOf(explanation) }) }
}

function groundsOf(explanation: Explanation | undefined): Partial<Explanation> {
  if (explanation === undefined) return {}
  const { because, deciding, reason, sentence } = explanation
  return { because, deciding, reason, ...(sentence === undefined ? {} : { sentence }) }
}

function askedIn({ request: { principal, action, resource } }: Question): Asked {
  const who =
    'arn' in principal
      ? principal.arn
      : 'service' in principal
        ? principal.service
        : 'provider' in principal
          ? principal.provider
          : principal.type
  return { who, action, resource }
}
