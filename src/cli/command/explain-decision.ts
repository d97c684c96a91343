import type { Fix } from '#analysis'
import type { Explanation } from '#engine'
import { send } from '../client.ts'
import { type House, withInstallation } from '../installation.ts'
import { readRunFile } from '../place.ts'
import { coloursFor, type Output, say } from '../print.ts'
import { readProfiles } from '../profile.ts'
import { rendered, renderedFixes } from '../rendering.ts'
import { type ExitCode, exitCode, Stop } from '../stop.ts'
import { plain } from '../told-record.ts'

interface Explained {
  readonly decisionId: string
  readonly requestId: string
  readonly at: string
  readonly principal: Readonly<Record<string, string>>
  readonly action: string
  readonly resource: string
  readonly context: Readonly<Record<string, string | readonly string[]>>
  readonly decision: string
  readonly agrees: boolean
  readonly reportOnly?: boolean
  readonly explanation: Explanation
  readonly policies: readonly {
    readonly layer: string
    readonly index: number
    readonly arn?: string
    readonly id?: string
    readonly text?: string
  }[]
  readonly fixes?: readonly Fix[]
}

/**
 * Tells why a recorded decision came out so, by the policies as they were.
 * Takes: the id of a decision or of a request; a profile to ask as, who is then told only what it may read; absent: the operator.
 */
export async function explainDecision(
  house: House,
  { id, profile }: { readonly id: string; readonly profile?: string },
  output: Output,
): Promise<ExitCode> {
  const found = await (profile === undefined ? asOperator(house, id) : asCaller(house, id, profile))
  say(output, found, () => found.decisions.map((one) => textOf(one, output)).join('\n\n'))
  return exitCode.done
}

interface Found {
  readonly decisions: readonly Explained[]
}

function asOperator(house: House, id: string): Promise<Found> {
  // The installation answers in the form that this file names.
  return withInstallation(house, async (ask) => (await ask('audit/explain', { id })) as Found)
}

async function asCaller({ settings }: House, id: string, name: string): Promise<Found> {
  const running = readRunFile(settings.data)
  const profile = readProfiles(settings.data).get(name)
  if (profile === undefined) throw new Stop(exitCode.usage, `There is no profile ${name} in ${settings.data}.`)
  if (running === undefined) throw new Stop(exitCode.server, 'No server runs, and to ask as somebody needs one.')
  const { status, body } = await send({
    url: running.url,
    certificate: running.certificate,
    method: 'POST',
    path: '/cardea/audit/v1/explain',
    credentials: profile,
    service: 'cardea',
    contentType: 'application/json',
    body: JSON.stringify({ id }),
  })
  const value: unknown = JSON.parse(body)
  if (status === 200) return value as Found
  const message = typeof value === 'object' && value !== null && 'message' in value ? String(value.message) : body
  throw new Stop(exitCode.failed, plain(message.slice(0, 500)))
}

function textOf(explained: Explained, output: Output): string {
  const { principal, action, resource, explanation, decisionId, requestId, at, agrees, decision, fixes } = explained
  const colours = coloursFor(output.out)
  const who = principal['arn'] ?? principal['provider'] ?? principal['service'] ?? principal['type'] ?? 'somebody'
  const asked = { who: plain(who), action: plain(action), resource: plain(resource) }
  const head = [`Decision ${decisionId} of request ${requestId}, ${at}`]
  if (explained.reportOnly === true) head.push('It was only reported: the caller was let through.')
  if (!agrees) head.push(`It was decided as ${decision}; today's rules would decide otherwise by the same policies.`)
  const hidden = explained.policies.filter(({ text }) => text === undefined)
  const named = hidden.map(({ arn, id, layer, index }) => arn ?? id ?? `${layer} policy ${index + 1}`)
  if (named.length > 0) head.push(`You may not read ${named.map(plain).join(', ')}: what they say is left out.`)
  const context = Object.entries(explained.context).map(
    ([key, value]) => `  ${plain(key)} = ${plain([value].flat().join(', '))}`,
  )
  return [
    head.join('\n'),
    rendered(explanation, asked, colours),
    [colours.bold('Context'), ...context].join('\n'),
    ...(fixes === undefined ? [] : [renderedFixes(fixes, colours)]),
  ].join('\n\n')
}
