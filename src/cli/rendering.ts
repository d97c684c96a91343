import type { Change, Fix } from '#analysis'
import type {
  ConditionExplanation,
  Explanation,
  LayerExplanation,
  OutlookExplanation,
  StatementExplanation,
} from '#engine'
import type { Colours } from './print.ts'

/** What was asked, for the headline. */
export interface Asked {
  readonly who: string
  readonly action: string
  readonly resource: string
}

/** Draws an explanation for people: the answer, then every layer, statement and condition with what it saw. */
export function rendered(explanation: Explanation | OutlookExplanation, asked: Asked, colours: Colours): string {
  return [
    ...headline(explanation, asked, colours),
    '',
    ...explanation.because.flatMap((layer) => layerLines(layer, colours)),
  ].join('\n')
}

function headline(explanation: Explanation | OutlookExplanation, { who, action, resource }: Asked, colours: Colours) {
  const { decision, reason, sentence } = explanation
  const lines = [
    `${answerWord(decision, colours)}  ${action} on ${resource}`,
    `         by ${who}`,
    `         ${reason}`,
  ]
  if (sentence !== undefined) lines.push(`AWS says ${sentence}`)
  if ('needs' in explanation && explanation.needs.length > 0) lines.push(`Needs    ${explanation.needs.join(', ')}`)
  return lines
}

function answerWord(decision: OutlookExplanation['decision'], { bold, green, red, yellow }: Colours): string {
  if (decision === 'allowed') return bold(green('ALLOWED'))
  return decision === 'unknown' ? bold(yellow('UNKNOWN')) : bold(red('DENIED '))
}

function layerLines(layer: LayerExplanation, colours: Colours): readonly string[] {
  const level = layer.level === undefined ? '' : ` level ${layer.level}`
  const title = `${layerNames[layer.layer]}${level}`.padEnd(32)
  const lines = [`${colours.bold(title)} ${layerResult(layer)}`]
  for (const statement of layer.statements) lines.push(...statementLines(statement, colours))
  if (layer.statements.length === 0) lines.push(colours.dim('  no statements'))
  return lines
}

const layerNames: Readonly<Record<LayerExplanation['layer'], string>> = {
  scp: 'Service control policies',
  rcp: 'Resource control policies',
  vpcEndpoint: 'VPC endpoint policy',
  resource: 'Resource-based policy',
  identity: 'Identity-based policies',
  permissionsBoundary: 'Permissions boundary',
  session: 'Session policies',
}

function layerResult({ applies, because, result, strengths }: LayerExplanation): string {
  if (!applies) return `does not apply: ${because ?? 'exempt'}`
  const named = strengths === undefined || strengths.length === 0 ? '' : ` (names the caller: ${strengths.join(', ')})`
  return `${{ allow: 'allows', deny: 'denies', none: 'says nothing', unknown: 'depends' }[result]}${named}`
}

function statementLines(statement: StatementExplanation, colours: Colours): readonly string[] {
  const { effect, matches, failed, conditions } = statement
  const mark = {
    yes: effect === 'Allow' ? colours.green('✓') : colours.red('✗'),
    no: colours.dim('·'),
    unknown: colours.yellow('?'),
  }
  const line = `  ${mark[matches]} ${effect.padEnd(5)} ${placeOf(statement)}`
  const shown = matches === 'no' ? colours.dim(line) : line
  if (failed === undefined || failed.element === 'Condition')
    return [
      shown,
      ...aligned(
        conditions.map((condition) => conditionCells(condition)),
        colours,
      ),
    ]
  const patterns = failed.patterns.length === 0 ? 'nothing' : list(failed.patterns)
  const verb = failed.element.startsWith('Not') ? 'is among' : 'is not'
  return [shown, colours.dim(`      ${failed.element}: ${failed.wanted} ${verb} ${patterns}`)]
}

function placeOf({ policyArn, policyId, policy, statement, sid, line, column }: StatementExplanation): string {
  const name = policyArn ?? policyId ?? `policy ${policy + 1}`
  return `${name}, statement ${statement + 1}${sid === undefined || sid === '' ? '' : ` "${sid}"`} (${line}:${column})`
}

function conditionCells({ operator, key, values, actual, holds }: ConditionExplanation): readonly string[] {
  const texts = values.map((value) => value ?? '(a variable without a value)')
  const has =
    actual === undefined
      ? holds === 'unknown'
        ? 'not known'
        : 'absent'
      : typeof actual === 'string'
        ? actual
        : list(actual)
  return [operator, key, `wants ${list(texts)}`, `has ${has}`, { yes: 'holds', no: 'fails', unknown: 'unknown' }[holds]]
}

/** Columns of equal width; a very long cell is left as it is. */
function aligned(rows: readonly (readonly string[])[], colours: Colours): readonly string[] {
  const widths = [0, 1, 2, 3].map((column) => Math.min(48, Math.max(0, ...rows.map((row) => row[column]?.length ?? 0))))
  return rows.map((row) => {
    const text = `      ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ')}`
    return row.at(-1) === 'fails' ? text : colours.dim(text)
  })
}

function list(texts: readonly string[]): string {
  const shown = texts.slice(0, 6).join(', ')
  return texts.length > 6 ? `${shown} and ${texts.length - 6} more` : shown
}

/** The changes that would allow a request, for people. */
export function renderedFixes(fixes: readonly Fix[], { bold, dim }: Colours): string {
  if (fixes.length === 0)
    return `${bold('To allow it')}\n  No policy can: nothing that a policy says would allow this request.`
  const lines = [`${bold('To allow it')}, the least new access first`]
  for (const [index, { changes }] of fixes.entries())
    for (const [step, change] of changes.entries()) {
      const number = step === 0 ? `${index + 1}.` : '  '
      lines.push(`  ${number} ${changeText(change)}`)
      if (change.kind === 'add') lines.push(dim(`     ${JSON.stringify(change.statement)}`))
    }
  return lines.join('\n')
}

function changeText(change: Change): string {
  const level = change.level === undefined ? '' : ` at level ${change.level}`
  const where = `${layerPhrases[change.layer]}${level}`
  if (change.kind === 'add') return `add to ${where}:`
  if (change.kind === 'give')
    return `ask with ${change.key} = ${change.value}, which an Allow in ${where} wants (statement ${change.statement + 1})`
  const sid = change.sid === undefined || change.sid === '' ? '' : ` "${change.sid}"`
  const deny = `the Deny in ${change.policyArn ?? change.policyId ?? where}, statement ${change.statement + 1}${sid}`
  switch (change.how) {
    case 'principal':
      return `except the caller from ${deny}: add "ArnNotEquals": {"aws:PrincipalArn": "${change.value}"} to its Condition`
    case 'resource':
      return `except the resource from ${deny}: put ${change.value} into its NotResource`
    case 'remove':
      return `take out ${deny}, or narrow it by hand`
  }
}

const layerPhrases: Readonly<Record<LayerExplanation['layer'], string>> = {
  scp: 'the service control policies',
  rcp: 'the resource control policies',
  vpcEndpoint: 'the VPC endpoint policy',
  resource: "the resource's policy",
  identity: "the caller's identity-based policies",
  permissionsBoundary: 'the permissions boundary',
  session: 'the session policies',
}
