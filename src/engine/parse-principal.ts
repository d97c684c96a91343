import type { JsonMember, JsonNode } from './json.ts'
import { broken, type Elements, type Place, readTexts, shown } from './parse-statement.ts'
import type { PrincipalElement, PrincipalEntry } from './policy.ts'
import { tell } from './report.ts'

/** Reads `Principal` or `NotPrincipal` and holds it to the type's grammar. */
export function readPrincipal(found: Elements, start: number, place: Place): PrincipalElement | undefined {
  const { Principal, NotPrincipal } = found
  const { grammar, report } = place
  const member = Principal ?? NotPrincipal
  if (member === undefined) {
    if (grammar.principal !== 'forbidden')
      tell(report, { complaint: 'principalMissing', severity: 'saving', offset: start, path: place.path })
    return undefined
  }
  if (grammar.principal === 'forbidden') {
    const path = `${place.path}.${member.key}`
    tell(report, { complaint: 'principalForbidden', severity: 'grammar', offset: member.keyStart, path })
    return undefined
  }
  if (Principal !== undefined && NotPrincipal !== undefined)
    return broken(place, NotPrincipal.keyStart, 'A statement has Principal or NotPrincipal, not both (D-7).')
  return readElement(member, NotPrincipal !== undefined, place)
}

function readElement(member: JsonMember, not: boolean, { path: above, grammar, report }: Place) {
  const place = { path: `${above}.${member.key}`, grammar, report }
  if (not && grammar.notPrincipal === 'forbidden')
    return broken(place, member.keyStart, 'Such policies have no NotPrincipal.')
  const entries = readEntries(member.value, place)
  if (entries === undefined) return undefined
  if (grammar.principal === 'everyone') holdToEveryone(entries, member, place)
  return { not, entries }
}

function readEntries(node: JsonNode, place: Place): readonly PrincipalEntry[] | undefined {
  if (node.kind === 'string')
    return node.value === '*' ? [{ kind: '*', value: '*' }] : broken(place, node.start, 'A bare principal is "*".')
  if (node.kind !== 'object') return broken(place, node.start, 'A principal is "*" or a JSON object.')
  if (node.duplicate !== undefined) broken(place, node.duplicate.keyStart, 'A member may appear once (D-1).')
  const entries: PrincipalEntry[] = []
  for (const { key, keyStart, value } of node.members) {
    const at = { ...place, path: `${place.path}.${shown(key)}` }
    if (key !== 'AWS' && key !== 'Service' && key !== 'Federated' && key !== 'CanonicalUser')
      broken(at, keyStart, 'There is no such kind of principal.')
    else for (const text of readTexts(value, at) ?? []) entries.push({ kind: key, value: text })
  }
  return entries
}

/** Rule O-26. */
function holdToEveryone(entries: readonly PrincipalEntry[], { value }: JsonMember, place: Place): void {
  if (entries[0]?.kind === '*') return
  const detail = 'The principal must be "*" (O-26).'
  const severity = entries.every((entry) => entry.kind === 'AWS' && entry.value === '*') ? 'saving' : 'grammar'
  tell(place.report, { complaint: 'syntax', severity, offset: value.start, path: place.path, detail })
}
