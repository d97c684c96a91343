import { checkDocument } from './check.ts'
import { type Grammar, grammars } from './grammar.ts'
import { type JsonNode, type JsonObject, readJson } from './json.ts'
import type { PolicyType } from './layers.ts'
import { readPlain } from './parse-plain.ts'
import { type Draft, readStatement } from './parse-statement.ts'
import type { Parsed, Policy, Statement } from './policy.ts'
import { newReport, problemsOf, type Report, tell } from './report.ts'

/**
 * Reads a policy document and tells all that AWS would refuse in it.
 * Gives: a policy whenever the document can be evaluated, which is more than what AWS lets one save (rules D-2, D-3).
 * Cost: linear in the text.
 */
export function parse(text: string, type: PolicyType): Parsed {
  const policy = readPlain(text, type)
  return policy === undefined ? parseSlowly(text, type) : { policy, problems: [] }
}

/** As `parse`, for every document alike. */
export function parseSlowly(text: string, type: PolicyType): Parsed {
  const node = readJson(text)
  if (node.kind !== 'error') return parseNode(node, text, type)
  const report = newReport(text)
  tell(report, {
    complaint: type === 'trust' ? 'invalidJson' : 'syntax',
    severity: 'grammar',
    offset: node.offset,
    path: '',
    detail: node.message,
  })
  return { problems: problemsOf(report) }
}

/** As `parse`, for a document that is part of a larger JSON text. */
export function parseNode(node: JsonNode, text: string, type: PolicyType): Parsed {
  const report = newReport(text)
  const policy = node.kind === 'object' ? readPolicy(node, type, report) : undefined
  if (node.kind !== 'object') syntax(report, node.start, { path: '', detail: 'A policy is a JSON object.' })
  const problems = problemsOf(report)
  return policy === undefined || report.broken ? { problems } : { policy, problems }
}

/** What stands for a stored policy that cannot be read: a Deny of everything to everyone. */
export function denyAll(type: PolicyType): Policy {
  const { principal, resource } = grammars[type]
  const statement = {
    Effect: 'Deny',
    ...(principal === 'forbidden' ? {} : { Principal: '*' }),
    Action: '*',
    ...(resource === 'forbidden' ? {} : { Resource: '*' }),
  }
  const { policy } = parse(JSON.stringify({ Version: '2012-10-17', Statement: [statement] }), type)
  if (policy === undefined) throw new Error('The policy that denies everything must parse.')
  return policy
}

function syntax(report: Report, offset: number, { path, detail }: { readonly path: string; readonly detail: string }) {
  tell(report, { complaint: 'syntax', severity: 'grammar', offset, path, detail })
}

interface Members {
  version: Policy['version']
  id: string | undefined
  statements: readonly (Draft | undefined)[] | undefined
}

function readPolicy(node: JsonObject, type: PolicyType, report: Report): Policy | undefined {
  const grammar = grammars[type]
  const members: Members = { version: '2008-10-17', id: undefined, statements: undefined }
  tellDuplicate(node, report)
  for (const { key, keyStart, value } of node.members) {
    if (key === 'Version') readVersion(value, members, report)
    else if (key === 'Statement') members.statements = readStatements(value, grammar, report)
    else if (key !== 'Id') syntax(report, keyStart, { path: key, detail: 'There is no such element.' })
    else if (value.kind === 'string') members.id = value.value
    else syntax(report, value.start, { path: 'Id', detail: 'An Id is a text.' })
  }
  const { version, id, statements } = members
  if (statements === undefined) {
    syntax(report, node.start, { path: '', detail: 'A policy has at least one statement.' })
    return undefined
  }
  checkDocument(node, { grammar, statements, report })
  const kept = statements.filter(isWhole)
  return { type, version, ...(id === undefined ? {} : { id }), statements: kept, text: report.text }
}

function isWhole(draft: Draft | undefined): draft is Statement {
  return draft?.effect !== undefined && draft.action !== undefined
}

function readVersion(value: JsonNode, members: Members, report: Report): void {
  if (value.kind !== 'string') syntax(report, value.start, { path: 'Version', detail: 'A version is a text.' })
  else if (value.value === '2012-10-17' || value.value === '2008-10-17') members.version = value.value
  else tell(report, { complaint: 'version', severity: 'grammar', offset: value.start, path: 'Version' })
}

function readStatements(value: JsonNode, grammar: Grammar, report: Report): Members['statements'] {
  if (value.kind !== 'array')
    return [readStatement(value, { path: 'Statement', start: value.start + 1, grammar, report })]
  if (value.items.length === 0)
    syntax(report, value.start, { path: 'Statement', detail: 'A policy has at least one statement.' })
  let before = value.start + 1
  return value.items.map((item, index) => {
    const start = before
    before = item.end
    return readStatement(item, { path: `Statement[${index}]`, start, grammar, report })
  })
}

function tellDuplicate({ duplicate }: JsonObject, report: Report): void {
  if (duplicate !== undefined)
    syntax(report, duplicate.keyStart, { path: duplicate.key, detail: 'A member may appear once (D-1).' })
}
