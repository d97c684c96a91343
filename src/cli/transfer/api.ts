import { modelOf } from '#models'
import { send } from '../client.ts'
import type { KeyPair } from '../program.ts'
import { exitCode, Stop } from '../stop.ts'
import { readAnswer, readRefusal } from './xml.ts'

/** Whom to ask, and as whom. */
export interface Connection {
  readonly url: string
  readonly certificate: string | undefined
  readonly credentials: KeyPair & { readonly sessionToken?: string }
}

/** Calls operations of the API. Errors: `Refusal`; `Stop` when no server answers, or not in the form of one. */
export interface Api {
  call(operation: string, input: object): Promise<Readonly<Record<string, unknown>>>
}

/** The server refused a call, in its own words. */
export class Refusal extends Error {
  override readonly name = 'Refusal'
  readonly code: string

  constructor(code: string, message: string) {
    super(message)
    this.code = code
  }
}

/** A client of one service for one caller. */
export function apiOf(service: 'iam' | 'sts', connection: Connection): Api {
  const { apiVersion } = modelOf(service)
  return {
    async call(operation, input) {
      const form = new URLSearchParams({ Action: operation, Version: apiVersion })
      addFields(form, '', input)
      const asked = { ...connection, method: 'POST', path: '/', service, body: form.toString() } as const
      const { status, body } = await send(asked)
      if (status === 200) return answerIn({ service, operation, body, url: connection.url })
      const refusal = readRefusal(body)
      if (refusal === undefined) throw strange(connection.url, `status ${status}`)
      throw new Refusal(refusal.code, refusal.message)
    },
  }
}

function answerIn(given: { service: string; operation: string; body: string; url: string }) {
  try {
    return readAnswer(given.service, given.operation, given.body)
  } catch (cause) {
    throw strange(given.url, (cause as Error).message)
  }
}

function strange(url: string, what: string): Stop {
  return new Stop(exitCode.server, `${url} gave an answer that cannot be read (${what}). Is it a Cardea?`)
}

/** `{ Tags: [{ Key: 'a' }] }` gives `Tags.member.1.Key=a`. */
function addFields(form: URLSearchParams, name: string, value: unknown): void {
  if (value === undefined) return
  if (Array.isArray(value))
    for (const [index, item] of value.entries()) addFields(form, `${name}.member.${index + 1}`, item)
  else if (typeof value === 'object' && value !== null)
    for (const [key, inner] of Object.entries(value)) addFields(form, name === '' ? key : `${name}.${key}`, inner)
  else form.append(name, String(value))
}
