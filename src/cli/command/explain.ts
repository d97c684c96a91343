import { readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { fixesFor } from '#analysis'
import { compile, explain as explainOne, explainUnknown, type Layers, type Question, readQuestion } from '#engine'
import { keysOf, principalNamed } from '../asked-principal.ts'
import { coloursFor, type Output, say } from '../print.ts'
import { rendered, renderedFixes } from '../rendering.ts'
import { type ExitCode, exitCode, Stop } from '../stop.ts'
import { readDetailFiles } from '../transfer/detail-file.ts'
import { sourceOf, type View, viewOf } from '../transfer/view.ts'

/** One question, as flags ask it. Files hold policy documents. */
export interface ExplainOptions {
  readonly as: string
  readonly behind?: string
  readonly do: string
  readonly on: string
  readonly owner?: string
  readonly context: readonly string[]
  /** Keys whose values are not known; `*`: all that are not given. */
  readonly unknown: readonly string[]
  readonly policy: readonly string[]
  readonly resourcePolicy?: string
  readonly boundary?: string
  readonly session: readonly string[]
  /** One file a level, root first. */
  readonly scp: readonly string[]
  readonly rcp: readonly string[]
  readonly endpoint?: string
  /** Files of `get-account-authorization-details`: who asks has the policies that these tell. */
  readonly from: readonly string[]
}

/** Answers one question and says why. Gives: `failed` for a denial and for an answer that is unknown. */
export async function explain(options: ExplainOptions, output: Output): Promise<ExitCode> {
  const { request, layers } = options.from.length === 0 ? questionIn(options) : questionFrom(options)
  const keys = options.unknown.includes('*') ? '*' : options.unknown
  const explanation = keys.length === 0 ? explainOne(request, layers) : explainUnknown(request, layers, keys)
  const { decision } = explanation
  const fixes = decision === 'allowed' || decision === 'unknown' ? undefined : fixesFor(request, layers)
  say(output, { ...explanation, ...(fixes === undefined ? {} : { fixes }) }, () => {
    const colours = coloursFor(output.out)
    const asked = { who: options.as, action: options.do, resource: options.on }
    const parts = [rendered(explanation, asked, colours)]
    if (fixes !== undefined) parts.push(renderedFixes(fixes, colours))
    return parts.join('\n\n')
  })
  return decision === 'allowed' ? exitCode.done : exitCode.failed
}

function questionIn(options: ExplainOptions, view?: View): Question {
  const question = readQuestion(JSON.stringify(questionOf(options, view)))
  if ('error' in question) throw new Stop(exitCode.usage, `${question.error.code}: ${question.error.message}`)
  return question
}

/** A question about what files tell. What flags say comes on top; a boundary or a resource's policy in place. */
function questionFrom(options: ExplainOptions): Question {
  const told = readDetailFiles(options.from, { accounts: new Map(), names: new Map() })
  const accounts = new Map(told.map(({ details }) => [details.account, details]))
  const principal = principalNamed(options.as, options.behind)
  const view = viewOf(accounts, { principal, action: options.do, resource: options.on })
  const { request, layers } = questionIn({ ...options, policy: [] }, view)
  return { request, layers: { ...layers, ...layersOf(view, options) } }
}

function layersOf({ identity, boundary, trust }: View, options: ExplainOptions): Partial<Layers> {
  const more = options.policy.map((file) => sourceOf(textOf(file), 'identity', { id: basename(file) }))
  const sources = [...(identity ?? []), ...more]
  return {
    ...(identity === undefined && more.length === 0 ? {} : { identity: compile(sources) }),
    ...(boundary === undefined || options.boundary !== undefined ? {} : { permissionsBoundary: compile([boundary]) }),
    ...(trust === undefined || options.resourcePolicy !== undefined ? {} : { resource: compile([trust]) }),
  }
}

function questionOf(options: ExplainOptions, view: View | undefined): object {
  const principal = { ...principalNamed(options.as, options.behind), ...view?.principal }
  const given = contextOf(options.context)
  const said = new Set([...Object.keys(given), ...options.unknown].map((key) => key.toLowerCase()))
  const known = Object.entries({ ...keysOf(principal), ...view?.context }).filter(
    ([key]) => !said.has(key.toLowerCase()),
  )
  return {
    request: {
      principal,
      action: options.do,
      resource: options.on,
      resourceAccount: options.owner ?? accountIn(options.on) ?? principal['account'] ?? '',
      context: { ...Object.fromEntries(known), ...given },
    },
    policies: policiesOf(options),
  }
}

/** The account in an ARN; a bucket's has none. */
function accountIn(arn: string): string | undefined {
  const account = arn.split(':')[4]
  return account !== undefined && /^\d{12}$/.test(account) ? account : undefined
}

/** `key=value`; a key that is given again, or as `key[]=value`, has a list of values. */
function contextOf(pairs: readonly string[]): Readonly<Record<string, string | readonly string[]>> {
  const context = new Map<string, string | readonly string[]>()
  for (const pair of pairs) {
    const at = pair.indexOf('=')
    if (at < 1) throw new Stop(exitCode.usage, `--context ${pair}: write it as key=value.`)
    const many = pair.slice(0, at).endsWith('[]')
    const key = many ? pair.slice(0, at - 2) : pair.slice(0, at)
    const value = pair.slice(at + 1)
    const before = context.get(key)
    context.set(key, before === undefined && !many ? value : [...(before === undefined ? [] : [before].flat()), value])
  }
  return Object.fromEntries(context)
}

function policiesOf(options: ExplainOptions): object {
  const { policy, resourcePolicy, boundary, session, scp, rcp, endpoint } = options
  return {
    ...(policy.length === 0 ? {} : { identity: policy.map(textOf) }),
    ...(resourcePolicy === undefined ? {} : { resource: textOf(resourcePolicy) }),
    ...(boundary === undefined ? {} : { permissionsBoundary: textOf(boundary) }),
    ...(session.length === 0 ? {} : { session: session.map(textOf) }),
    ...(scp.length === 0 ? {} : { scp: scp.map((file) => [textOf(file)]) }),
    ...(rcp.length === 0 ? {} : { rcp: rcp.map((file) => [textOf(file)]) }),
    ...(endpoint === undefined ? {} : { vpcEndpoint: textOf(endpoint) }),
  }
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (cause) {
    throw new Stop(exitCode.usage, `The policy ${basename(file)} cannot be read: ${(cause as Error).message}`, cause)
  }
}
