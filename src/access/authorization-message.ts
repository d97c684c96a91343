import { type Context, type Explanation, explain, type Layers, type Request, type StatementExplanation } from '#engine'
import type { TokenKey } from '#store'
import type { AccountCaller } from './caller.ts'
import { openMessage, sealMessage } from './token.ts'

/** A decision that whoever asked is to be told of, in a form that only those who may decode it can read. */
export interface Denied {
  readonly caller: AccountCaller
  readonly request: Request
  readonly layers: Layers
  /** Milliseconds since 1970. */
  readonly now: number
}

/** The longest message that `sts:DecodeAuthorizationMessage` takes. */
const longest = 10_240
/** Milliseconds for which a message can be decoded. */
const lifetime = 24 * 3_600_000
/** Characters of a value that are shown. */
const mostShown = 512

/**
 * Makes the encoded message of a refusal, for services whose answers carry one.
 * Takes: the ring of keys, newest first.
 * Cost: explains the decision again.
 */
export function encodeAuthorizationMessage(denied: Denied, keys: readonly TokenKey[]): string {
  const explanation = explain(denied.request, denied.layers)
  const { account } = denied.caller
  const sealed = (parts: Parts) =>
    sealMessage({ account, at: denied.now, text: textOf(denied, explanation, parts) }, keys)
  const whole = sealed({ statements: true, context: true })
  if (whole.length <= longest) return whole
  const short = sealed({ statements: false, context: true })
  return short.length <= longest ? short : sealed({ statements: false, context: false })
}

/** Gives: the message; `undefined` when it is not one of this installation for that account, or is too old. */
export function decodeAuthorizationMessage(
  encoded: string,
  { account, now, keys }: { readonly account: string; readonly now: number; readonly keys: readonly TokenKey[] },
): string | undefined {
  // The seal proves that `encodeAuthorizationMessage` wrote it.
  const message = openMessage(encoded, keys) as { account: string; at: number; text: string } | undefined
  return message?.account === account && now < message.at + lifetime ? message.text : undefined
}

/** What there is room for. */
interface Parts {
  readonly statements: boolean
  readonly context: boolean
}

/** The text that is decoded. Source: STS API Reference, DecodeAuthorizationMessage. */
function textOf({ caller, request }: Denied, explanation: Explanation, parts: Parts): string {
  const { decision, because } = explanation
  const matched = parts.statements ? because.flatMap(({ statements }) => statements).filter(isMatch) : []
  return JSON.stringify({
    allowed: decision === 'allowed',
    explicitDeny: decision === 'explicitDeny',
    matchedStatements: { items: matched.map(statementOf) },
    failures: { items: [] },
    context: {
      principal: { id: caller.userId, name: caller.name, arn: caller.principal.arn },
      action: request.action,
      resource: shown(request.resource),
      conditions: { items: parts.context ? conditionsOf(request.context) : [] },
    },
  })
}

function isMatch({ matches }: StatementExplanation): boolean {
  return matches === 'yes'
}

function statementOf({ sid = '', effect, policyArn, policyId, conditions }: StatementExplanation) {
  const keys = conditions.map(({ key, values }) => keyOf(key, values.map(String)))
  return { statementId: sid, effect: effect.toUpperCase(), policy: policyArn ?? policyId, conditions: { items: keys } }
}

function conditionsOf(context: Context) {
  return Object.entries(context).map(([key, value]) => keyOf(key, typeof value === 'string' ? [value] : value))
}

function keyOf(key: string, values: readonly string[]) {
  return { key, values: { items: values.map((value) => ({ value: shown(value) })) } }
}

function shown(text: string): string {
  return text.length <= mostShown ? text : `${text.slice(0, mostShown).toWellFormed()}…`
}
