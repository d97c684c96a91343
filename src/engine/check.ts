import { checkAction } from './check-action.ts'
import { isPrincipal } from './check-principal.ts'
import { checkResource } from './check-resource.ts'
import type { Complaint } from './complaint.ts'
import type { Grammar } from './grammar.ts'
import type { JsonNode, JsonObject } from './json.ts'
import { operatorOf } from './operator.ts'
import { instantOf } from './operators/date.ts'
import type { Draft } from './parse-statement.ts'
import type { Element, Problem, Statement } from './policy.ts'
import { type Report, tell } from './report.ts'

/** What a check needs: the grammar of the type, what was read, and where to tell. */
export interface Checked {
  readonly grammar: Grammar
  readonly statements: readonly (Draft | undefined)[]
  readonly report: Report
}

/** What AWS refuses on saving although it can be evaluated, and ARNs that the type does not let be incomplete. */
export function checkDocument(node: JsonObject, checked: Checked): void {
  const { grammar, report } = checked
  const version = memberOf(node, 'Version')
  const isNew = version?.kind !== 'string' || version.value === '2012-10-17'
  if (grammar.newVersionOnly && (version === undefined || !isNew))
    tell(report, { complaint: 'version', severity: 'saving', offset: (version ?? node).start, path: 'Version' })
  if (grammar.keptByIam) checkCharacters(report)
  const sids = new Set<string>()
  for (let index = 0; index < checked.statements.length; index++) {
    const statement = checked.statements[index]
    if (statement === undefined) continue
    const spot: Spot = { node, index, report }
    checkSid(statement, sids, { spot, grammar })
    checkEntries(statement.action, 'Action', { spot, grammar })
    checkEntries(statement.resource, 'Resource', { spot, grammar })
    checkPrincipal(statement, spot)
    checkConditions(statement, spot)
    checkEffect(statement, spot, grammar)
  }
}

function checkEntries(
  element: Element | undefined,
  name: 'Action' | 'Resource',
  { spot, grammar }: { readonly spot: Spot; readonly grammar: Grammar },
): void {
  if (element === undefined) return
  const { not, patterns } = element
  for (let at = 0; at < patterns.length; at++) {
    const pattern = patterns[at] ?? ''
    const flaw = name === 'Action' ? checkAction(pattern) : checkResource(pattern, grammar)
    if (flaw !== undefined) tellAt(spot, [not ? `Not${name}` : name, at], flaw)
  }
}

/** What is wrong with a value. */
export interface Flaw {
  readonly complaint: Complaint
  readonly names?: readonly string[]
  readonly severity?: Problem['severity']
  readonly detail?: string
}

interface Spot {
  readonly node: JsonObject
  /** Of the statement. */
  readonly index: number
  readonly report: Report
}

/** Rule D-9. */
function checkCharacters(report: Report): void {
  const found = /[^\t\n\r\u0020-\u00ff]/.exec(report.text)
  const detail = 'IAM documents hold characters up to U+00FF only (D-9).'
  if (found !== null) tell(report, { complaint: 'syntax', severity: 'saving', offset: found.index, path: '', detail })
}

/** Rule D-5. */
function checkSid(
  { sid }: Draft,
  seen: Set<string>,
  { spot, grammar }: { readonly spot: Spot; readonly grammar: Grammar },
): void {
  if (sid === undefined || sid === '') return
  if (grammar.keptByIam && !/^[0-9A-Za-z]+$/.test(sid)) tellAt(spot, ['Sid'], { complaint: 'sidCharacters' })
  if (seen.has(sid)) tellAt(spot, ['Sid'], { complaint: 'sidTwice' })
  seen.add(sid)
}

function checkPrincipal({ principal, effect }: Draft, spot: Spot): void {
  if (principal === undefined) return
  const element = principal.not ? 'NotPrincipal' : 'Principal'
  if (principal.not && effect === 'Allow')
    tellAt(spot, [element], { complaint: 'syntax', detail: 'NotPrincipal goes with Deny only (P-12).' })
  if (principal.entries.length === 0)
    tellAt(spot, [element], { complaint: 'principalMissing', detail: 'An empty principal matches nobody (P-16).' })
  const counts = new Map<string, number>()
  for (const entry of principal.entries) {
    const { kind, value } = entry
    const at = counts.get(kind) ?? 0
    counts.set(kind, at + 1)
    if (!isPrincipal(entry)) tellAt(spot, [element, kind, at], { complaint: 'principal', names: [kind, value] })
  }
}

function checkConditions({ conditions }: Draft, spot: Spot): void {
  for (const { operator, key, values } of conditions) {
    if (!operatorOf(operator)?.name.startsWith('Date')) continue
    for (const [at, value] of values.entries())
      if (instantOf(value) === undefined)
        tellAt(spot, ['Condition', operator, key, at], { complaint: 'legacy', detail: 'This is not a date.' })
  }
}

/** Rule O-20: an RCP of a customer only denies. */
function checkEffect(statement: Draft, spot: Spot, { builtInAllowOnly }: Grammar): void {
  if (!builtInAllowOnly || statement.effect !== 'Allow') return
  const { action, resource, conditions } = statement
  const everything = conditions.length === 0 && [action, resource].every((element) => isEverything(element))
  if (!everything) tellAt(spot, ['Effect'], { complaint: 'syntax', detail: 'Such policies only deny (O-20, O-21).' })
}

function isEverything(element: Statement['resource']): boolean {
  return element !== undefined && !element.not && element.patterns.length === 1 && element.patterns[0] === '*'
}

/** Tells a flaw at a place in a statement: names of members and indexes of lists, of which single elements are none. */
function tellAt({ node, index, report }: Spot, steps: readonly (string | number)[], flaw: Flaw): void {
  let at: JsonNode = node
  let path = ''
  for (const step of ['Statement', index, ...steps]) {
    const next: JsonNode | undefined = typeof step === 'number' ? itemOf(at, step) : memberOf(at, step)
    if (next === undefined) continue
    at = next
    if (typeof step === 'number') path += `[${step}]`
    else
      path += step.includes(':') && path.includes('.Condition.') ? `["${step.slice(0, 128)}"]` : `${path && '.'}${step}`
  }
  tell(report, { severity: 'saving', offset: at.start, path, ...flaw })
}

function memberOf(node: JsonNode, name: string): JsonNode | undefined {
  return node.kind === 'object' ? node.members.find(({ key }) => key === name)?.value : undefined
}

function itemOf(node: JsonNode, index: number): JsonNode | undefined {
  return node.kind === 'array' ? node.items[index] : undefined
}
