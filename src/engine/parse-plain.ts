import { checkAction } from './check-action.ts'
import { isPrincipal } from './check-principal.ts'
import { checkResource } from './check-resource.ts'
import { type Grammar, grammars } from './grammar.ts'
import type { PolicyType } from './layers.ts'
import { readPlainConditions } from './parse-plain-condition.ts'
import type { Element, Policy, PrincipalElement, PrincipalEntry, Statement } from './policy.ts'
import { colon, exactly, next, type Scan, scanOf, textAt, textsAt } from './scan.ts'

/**
 * Reads a document about which there is nothing to tell straight from its text, without a tree of nodes.
 * Gives: `undefined` for any other, which may be read all the same. INVARIANT: what it gives is what `parse` gives.
 * Cost: linear in the text, at several times the speed of the reader that tells problems.
 */
export function readPlain(text: string, type: PolicyType): Policy | undefined {
  const grammar = grammars[type]
  if (grammar.principal === 'everyone') return undefined
  const scan = scanOf(text)
  let version: string | undefined
  let id: string | undefined
  let statements: readonly Statement[] | undefined
  if (!next(scan, 123)) return undefined
  do {
    if (isNext(scan, '"Version"') && version === undefined) version = textAt(scan, 'version')
    else if (isNext(scan, '"Statement"') && statements === undefined) statements = readStatements(scan, grammar)
    else if (isNext(scan, '"Id"') && id === undefined) id = textAt(scan, 'id')
    else return undefined
    if (scan.failed) return undefined
  } while (next(scan, 44))
  if (!next(scan, 125) || !isAtEnd(scan) || statements === undefined) return undefined
  if (version !== '2012-10-17' && (grammar.newVersionOnly || version !== '2008-10-17')) return undefined
  return { type, version, ...(id === undefined ? {} : { id }), statements, text }
}

function isAtEnd(scan: Scan): boolean {
  next(scan, 0)
  return scan.at === scan.text.length
}

/** Steps over the name of a member and its colon. */
function isNext(scan: Scan, name: string): boolean {
  next(scan, 0)
  if (!scan.text.startsWith(name, scan.at)) return false
  scan.at += name.length
  return colon(scan)
}

function readStatements(scan: Scan, grammar: Grammar): readonly Statement[] | undefined {
  const sids = new Set<string>()
  const statements: Statement[] = []
  const isList = next(scan, 91)
  let start = isList ? scan.at : undefined
  do {
    const statement = readStatement(scan, { grammar, sids, start })
    if (statement === undefined) return undefined
    statements.push(statement)
    start = scan.at
  } while (isList && next(scan, 44))
  return !isList || next(scan, 93) ? exactly(statements) : undefined
}

interface Place {
  readonly grammar: Grammar
  readonly sids: Set<string>
  /** Absent for a statement outside a list, which starts after its brace. */
  readonly start: number | undefined
}

interface Found {
  sid: string | undefined
  effect: Statement['effect'] | undefined
  principal: PrincipalElement | undefined
  action: Element | undefined
  resource: Element | undefined
  conditions: Statement['conditions'] | undefined
}

function readStatement(scan: Scan, { grammar, sids, start: before }: Place): Statement | undefined {
  if (!next(scan, 123)) return undefined
  const start = before ?? scan.at
  const found: Found = {
    sid: undefined,
    effect: undefined,
    principal: undefined,
    action: undefined,
    resource: undefined,
    conditions: undefined,
  }
  do if (!readMember(scan, found, grammar)) return undefined
  while (next(scan, 44))
  const { sid, effect, principal, action, resource, conditions = [] } = found
  if (!next(scan, 125) || scan.failed || effect === undefined || action === undefined) return undefined
  if ((principal === undefined) !== (grammar.principal === 'forbidden')) return undefined
  if (resource === undefined ? grammar.resource === 'required' : grammar.resource === 'forbidden') return undefined
  if (sid !== undefined && sid !== '') {
    if (sids.has(sid) || (grammar.keptByIam && !/^[0-9A-Za-z]+$/.test(sid))) return undefined
    sids.add(sid)
  }
  return { sid, effect, principal, action, resource, conditions, start, end: scan.at }
}

/** Gives: whether there was a member, there for the first time, with nothing to tell about it. */
function readMember(scan: Scan, found: Found, grammar: Grammar): boolean {
  next(scan, 0)
  switch (scan.text.charCodeAt(scan.at + 1)) {
    case 65:
      return isNext(scan, '"Action"') && readActions(scan, found, false)
    case 82:
      return isNext(scan, '"Resource"') && readResources(scan, found, { not: false, grammar })
    case 69:
      return isNext(scan, '"Effect"') && readEffect(scan, found)
    case 83:
      if (found.sid !== undefined || !isNext(scan, '"Sid"')) return false
      found.sid = textAt(scan, 'sid')
      return found.sid !== undefined
    case 67:
      if (found.conditions !== undefined || !isNext(scan, '"Condition"')) return false
      found.conditions = readPlainConditions(scan)
      return found.conditions !== undefined
    case 80:
      if (found.principal !== undefined || !isNext(scan, '"Principal"')) return false
      found.principal = readPrincipal(scan)
      return found.principal !== undefined
    case 78:
      if (isNext(scan, '"NotAction"')) return grammar.notAction && readActions(scan, found, true)
      return isNext(scan, '"NotResource"') && readResources(scan, found, { not: true, grammar })
    default:
      return false
  }
}

function readEffect(scan: Scan, found: Found): boolean {
  if (found.effect !== undefined) return false
  next(scan, 0)
  const { text, at } = scan
  if (text.startsWith('"Allow"', at)) found.effect = 'Allow'
  else if (text.startsWith('"Deny"', at)) found.effect = 'Deny'
  else return false
  scan.at += found.effect.length + 2
  return true
}

function readActions(scan: Scan, found: Found, not: boolean): boolean {
  if (found.action !== undefined) return false
  next(scan, 0)
  const { text, at, lastAction: last } = scan
  // Statements often name the same actions.
  if (last !== undefined && last.element.not === not && text.startsWith(last.written, at)) {
    scan.at += last.written.length
    found.action = last.element
    return true
  }
  const patterns = textsAt(scan, 'action')
  if (patterns === undefined || patterns.length === 0) return false
  for (const pattern of patterns) if (checkAction(pattern) !== undefined) return false
  found.action = { not, patterns }
  scan.lastAction = { written: text.slice(at, scan.at), element: found.action }
  return true
}

function readResources(
  scan: Scan,
  found: Found,
  { not, grammar }: { readonly not: boolean; readonly grammar: Grammar },
): boolean {
  const patterns = textsAt(scan, 'resource')
  if (patterns === undefined || patterns.length === 0 || found.resource !== undefined) return false
  for (const pattern of patterns) if (checkResource(pattern, grammar) !== undefined) return false
  found.resource = { not, patterns }
  return true
}

function readPrincipal(scan: Scan): PrincipalElement | undefined {
  if (!next(scan, 123)) {
    if (textAt(scan, 'principal') !== '*') return undefined
    return { not: false, entries: [{ kind: '*', value: '*' }] }
  }
  const entries: PrincipalEntry[] = []
  const seen = new Set<string>()
  do {
    const kind = textAt(scan, 'kind')
    if (kind !== 'AWS' && kind !== 'Service' && kind !== 'Federated' && kind !== 'CanonicalUser') return undefined
    if (seen.size === seen.add(kind).size || !colon(scan)) return undefined
    for (const value of textsAt(scan, 'principal') ?? []) entries.push({ kind, value })
    if (scan.failed) return undefined
  } while (next(scan, 44))
  if (!next(scan, 125) || entries.length === 0 || !entries.every(isPrincipal)) return undefined
  return { not: false, entries }
}
