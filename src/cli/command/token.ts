import type { Explanation, StatementExplanation } from '#engine'
import { askOperator } from '../operator.ts'
import { readRunFile } from '../place.ts'
import { type Colours, coloursFor, type Output, say } from '../print.ts'
import { type ExitCode, exitCode, Stop } from '../stop.ts'
import { apiOf } from '../transfer/api.ts'
import { member, text } from '../transfer/json.ts'
import { type House, roleNamed, withIdentity } from './federation.ts'

export interface TokenOptions {
  /** A role's name or ARN. */
  readonly role: string
  readonly profile?: string
}

/** What the server says of a token. */
interface Inspection {
  readonly role: string
  readonly checks: readonly {
    readonly check: string
    readonly holds: boolean
    readonly expected: string
    readonly actual: string
    readonly refusal?: { readonly code: string; readonly message: string }
  }[]
  readonly trust?: {
    readonly exists: boolean
    readonly decided: readonly (Explanation & { readonly action: string })[]
  }
}

const longestToken = 20_000

/**
 * Says what a role's trust makes of a token on standard input: each check and each condition, what it expected and saw.
 * The token is used for nothing else. Gives: `failed` when the call would be refused.
 */
export async function inspectToken(house: House, options: TokenOptions, output: Output): Promise<ExitCode> {
  const running = readRunFile(house.settings.data)
  if (running === undefined)
    throw new Stop(exitCode.server, `No server runs on ${house.settings.data}; start it with cardea serve.`)
  const token = await tokenFrom(process.stdin)
  const work = async (role: string): Promise<ExitCode> => {
    // The server of the same installation answers in this form.
    const found = (await askOperator(running, { method: 'POST', name: 'token', body: { role, token } })) as Inspection
    const taken = isTaken(found)
    say(output, { ...found, taken }, () => shown(found, coloursFor(output.out)))
    return taken ? exitCode.done : exitCode.failed
  }
  if (options.role.startsWith('arn:')) return work(options.role)
  return withIdentity(house, options.profile, async ({ connection, account }) => {
    const role = await roleNamed(options.role, apiOf('iam', connection))
    if (role === undefined) throw new Stop(exitCode.failed, `Account ${account} has no role ${options.role}.`)
    return work(text(member(role, 'Arn')))
  })
}

async function tokenFrom(input: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of input) {
    size += chunk.length
    if (size > longestToken) throw new Stop(exitCode.usage, `A token has at most ${longestToken} characters.`)
    chunks.push(chunk)
  }
  const token = Buffer.concat(chunks).toString('utf8').trim()
  if (token === '')
    throw new Stop(exitCode.usage, 'Give the token on standard input: cardea token inspect --role R < token')
  return token
}

function isTaken({ checks, trust }: Inspection): boolean {
  const decided = trust?.decided ?? []
  return checks.every(({ holds }) => holds) && decided.length > 0 && decided.every((one) => one.decision === 'allowed')
}

function shown(found: Inspection, colours: Colours): string {
  const lines = [colours.bold(`The token, for ${found.role}`)]
  for (const { check, holds, expected, actual } of found.checks) {
    lines.push(`  ${mark(holds, colours)} ${check}`)
    lines.push(colours.dim(`      expected ${expected}`), colours.dim(`      actual   ${actual}`))
  }
  const { trust } = found
  if (trust?.exists === false) lines.push('', 'There is no such role.')
  else for (const one of trust?.decided ?? []) lines.push('', ...trustLines(one, colours))
  lines.push('', colours.bold(answerLine(found)))
  return lines.join('\n')
}

function trustLines({ action, decision, because }: Explanation & { readonly action: string }, colours: Colours) {
  const lines = [colours.bold(`The trust policy, for ${action}: ${decision}`)]
  for (const statement of because.flatMap((layer) => layer.statements))
    lines.push(...statementLines(statement, colours))
  return lines
}

function statementLines(statement: StatementExplanation, colours: Colours): readonly string[] {
  const { effect, sid, matches, failed, conditions } = statement
  const lines = [
    `  ${effect} statement ${statement.statement + 1}${sid === undefined ? '' : ` "${sid}"`}: ${matches === 'yes' ? 'matches' : 'does not match'}`,
  ]
  if (conditions.length === 0 && failed !== undefined)
    lines.push(
      `    ${mark(false, colours)} ${failed.element}`,
      `        expected ${failed.patterns.join(' or ')}`,
      `        actual   ${failed.wanted}`,
    )
  for (const { operator, key, values, actual, holds } of conditions)
    lines.push(
      `    ${mark(holds === 'yes', colours)} ${operator} ${key}`,
      colours.dim(`        expected ${values.map((value) => value ?? '(no value)').join(' or ')}`),
      colours.dim(`        actual   ${actual === undefined ? '(absent)' : [actual].flat().join(', ')}`),
    )
  return lines
}

function mark(holds: boolean, { green, red }: Colours): string {
  return holds ? green('✓') : red('✗')
}

function answerLine(found: Inspection): string {
  if (isTaken(found)) return 'The call is answered with credentials.'
  const failed = found.checks.find(({ holds }) => !holds)
  if (failed?.refusal !== undefined) return `The caller hears ${failed.refusal.code}: ${failed.refusal.message}`
  const denied = found.trust?.decided.find(({ decision }) => decision !== 'allowed')
  return `The caller hears AccessDenied: Not authorized to perform ${denied?.action ?? 'sts:AssumeRoleWithWebIdentity'}`
}
