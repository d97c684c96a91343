import type { Grammar } from './grammar.ts'
import type { JsonMember, JsonNode, JsonObject } from './json.ts'
import { readConditions } from './parse-condition.ts'
import { readPrincipal } from './parse-principal.ts'
import type { Element, Statement } from './policy.ts'
import { type Report, tell } from './report.ts'

/** Where something stands, and where its problems are told. */
export interface Place {
  readonly path: string
  readonly grammar: Grammar
  readonly report: Report
}

/** What could be read of a statement. Where its effect or its actions are missing, the report says what is wrong with them. */
export type Draft = Omit<Statement, 'effect' | 'action'> & {
  readonly effect: Statement['effect'] | undefined
  readonly action: Element | undefined
}

/** Gives: `undefined` for what is not an object. */
export function readStatement(node: JsonNode, place: Place & { readonly start: number }): Draft | undefined {
  if (node.kind !== 'object') return broken(place, node.start, 'A statement is a JSON object.')
  const found: Elements = newElements()
  if (node.duplicate !== undefined) broken(place, node.duplicate.keyStart, 'A member may appear once (D-1).')
  for (const member of node.members) {
    if (isElement(member.key)) found[member.key] = member
    else broken({ ...place, path: `${place.path}.${shown(member.key)}` }, member.keyStart, 'There is no such element.')
  }
  const sid = readSid(found, place)
  const effect = readEffect(node, found, place)
  const principal = readPrincipal(found, node.start, place)
  const { path, grammar, report } = place
  const action = readEither(node, {
    plain: found.Action,
    negated: found.NotAction,
    path,
    grammar,
    report,
    name: 'Action',
  })
  const resource = readResource(node, found, place)
  const conditions = found.Condition === undefined ? [] : readConditions(found.Condition.value, place)
  return { sid, effect, principal, action, resource, conditions, start: place.start, end: node.end }
}

/** The members of a statement by name. */
export type Elements = { [Name in ElementName]: JsonMember | undefined }

type ElementName = (typeof elementNames)[number]

const elementNames = [
  'Sid',
  'Effect',
  'Principal',
  'NotPrincipal',
  'Action',
  'NotAction',
  'Resource',
  'NotResource',
  'Condition',
] as const

const elementSet: ReadonlySet<string> = new Set(elementNames)

function newElements(): Elements {
  return {
    Sid: undefined,
    Effect: undefined,
    Principal: undefined,
    NotPrincipal: undefined,
    Action: undefined,
    NotAction: undefined,
    Resource: undefined,
    NotResource: undefined,
    Condition: undefined,
  }
}

function isElement(name: string): name is ElementName {
  return elementSet.has(name)
}

/** Tells that the document breaks the grammar here. */
export function broken(place: Pick<Place, 'path' | 'report'>, offset: number, detail: string): undefined {
  tell(place.report, { complaint: 'syntax', severity: 'grammar', offset, path: place.path, detail })
}

/** A name as a path shows it: not longer than names are. */
export function shown(name: string): string {
  return name.length > 128 ? `${name.slice(0, 128)}…` : name
}

function readSid({ Sid }: Elements, place: Place): string | undefined {
  if (Sid === undefined) return undefined
  if (Sid.value.kind === 'string') return Sid.value.value
  return broken({ ...place, path: `${place.path}.Sid` }, Sid.value.start, 'A Sid is a text.')
}

function readEffect(node: JsonObject, { Effect }: Elements, place: Place): Statement['effect'] | undefined {
  if (Effect === undefined) return broken(place, node.start, 'A statement has an Effect.')
  const { value } = Effect
  const text = value.kind === 'string' ? value.value : ''
  if (text === 'Allow') return 'Allow'
  if (text === 'Deny') return 'Deny'
  const at = { ...place, path: `${place.path}.Effect` }
  if (value.kind !== 'string') return broken(at, value.start, 'An Effect is Allow or Deny.')
  if (!/^(?:allow|deny)$/i.test(value.value)) return broken(at, value.start, 'An Effect is Allow or Deny.')
  const detail = 'The case of an Effect counts (D-6).'
  tell(place.report, { complaint: 'legacy', severity: 'grammar', offset: value.start, path: at.path, detail })
  // INVARIANT: what is told here leaves no policy; the rest of the statement is still looked at, and told too.
  return value.value.toLowerCase() === 'allow' ? 'Allow' : 'Deny'
}

interface Either extends Place {
  readonly plain: JsonMember | undefined
  readonly negated: JsonMember | undefined
  readonly name: 'Action' | 'Resource'
}

/** Rule D-7: exactly one of a pair. */
function readEither(node: JsonObject, either: Either): Element | undefined {
  const { plain, negated, name, report } = either
  const complaint = name === 'Action' ? 'noActions' : 'noResources'
  if (plain !== undefined && negated !== undefined) {
    const later = Math.max(plain.keyStart, negated.keyStart)
    broken(either, later, `A statement has ${name} or Not${name}, not both (D-7).`)
  }
  const member = plain ?? negated
  if (member === undefined) {
    tell(report, { complaint, severity: 'grammar', offset: node.start, path: either.path })
    return undefined
  }
  const path = `${either.path}.${member.key}`
  const not = member === negated
  if (not && name === 'Action' && !either.grammar.notAction)
    broken({ path, report }, member.keyStart, 'Such policies have no NotAction (O-26).')
  const patterns = readTexts(member.value, { path, report })
  if (patterns === undefined) return undefined
  if (patterns.length === 0) tell(report, { complaint, severity: 'grammar', offset: member.value.start, path })
  return { not, patterns }
}

function readResource(node: JsonObject, { Resource, NotResource }: Elements, place: Place): Element | undefined {
  const given = Resource ?? NotResource
  const { resource } = place.grammar
  if (given === undefined && resource !== 'required') return undefined
  if (given !== undefined && resource === 'forbidden') {
    const path = `${place.path}.${given.key}`
    tell(place.report, { complaint: 'resourceForbidden', severity: 'grammar', offset: given.keyStart, path })
    return undefined
  }
  const { path, grammar, report } = place
  return readEither(node, { plain: Resource, negated: NotResource, path, grammar, report, name: 'Resource' })
}

/** One text, or a list of texts (rule D-4). */
export function readTexts(node: JsonNode, place: Pick<Place, 'path' | 'report'>): readonly string[] | undefined {
  if (node.kind === 'string') return [node.value]
  if (node.kind !== 'array') return broken(place, node.start, 'A text or a list of texts should be here.')
  const texts: string[] = []
  for (let index = 0; index < node.items.length; index++) {
    const item = node.items[index]
    if (item === undefined) continue
    if (item.kind === 'string') texts.push(item.value)
    else broken({ ...place, path: `${place.path}[${index}]` }, item.start, 'A text should be here.')
  }
  return texts
}
