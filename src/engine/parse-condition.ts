import type { JsonMember, JsonNode } from './json.ts'
import { operatorOf } from './operator.ts'
import { broken, type Place, shown } from './parse-statement.ts'
import type { ConditionLine } from './policy.ts'
import { tell } from './report.ts'

/** Reads a `Condition`: operators, keys, values. */
export function readConditions(node: JsonNode, above: Place): readonly ConditionLine[] {
  const { grammar, report } = above
  const place = { path: `${above.path}.Condition`, grammar, report }
  const lines: ConditionLine[] = []
  if (node.kind !== 'object') {
    broken(place, node.start, 'A Condition is a JSON object.')
    return lines
  }
  if (node.duplicate !== undefined) broken(place, node.duplicate.keyStart, 'A member may appear once (D-1).')
  for (const member of node.members) readOperator(member, place, lines)
  return lines
}

function readOperator({ key: operator, keyStart, value }: JsonMember, above: Place, lines: ConditionLine[]): undefined {
  const { grammar, report } = above
  const place = { path: `${above.path}.${shown(operator)}`, grammar, report }
  if (value.kind !== 'object') return broken(place, value.start, 'Keys and their values should be here.')
  if (value.duplicate !== undefined) broken(place, value.duplicate.keyStart, 'A member may appear once (D-1).')
  // Rule D-11: an operator with an empty map adds nothing, even one that there is not.
  if (value.members.length === 0) return undefined
  const known = operatorOf(operator)
  if (known === undefined) return broken(place, keyStart, 'There is no such operator.')
  if (!known.exactCase) {
    const detail = 'The case of an operator counts when a policy is saved (D-11).'
    const { path } = place
    tell(report, { complaint: 'syntax', severity: 'saving', offset: keyStart, path, detail })
  }
  for (const member of value.members) {
    const values = readValues(member, place)
    if (values !== undefined) lines.push({ operator, key: member.key, values })
  }
}

function readValues({ key, value }: JsonMember, place: Place): readonly string[] | undefined {
  if (value.kind !== 'array') {
    const text = readValue(value)
    return text === undefined ? broken(within(place, key), value.start, valueExpected) : [text]
  }
  const values: string[] = []
  for (const item of value.items) {
    const text = readValue(item)
    if (text === undefined) broken(within(place, key), item.start, valueExpected)
    else values.push(text)
  }
  return values
}

const valueExpected = 'A text, a number or a boolean should be here.'

function within(place: Place, key: string): Place {
  return { ...place, path: `${place.path}[${JSON.stringify(shown(key))}]` }
}

/** Rule D-10: numbers and booleans are their JSON text. */
function readValue(node: JsonNode): string | undefined {
  return node.kind === 'string' || node.kind === 'number' || node.kind === 'boolean' ? node.value : undefined
}
