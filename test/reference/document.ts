import { operatorOf } from './condition.ts'
import { BadJson, fromParsed, type Json, JsonObject, readJson } from './json.ts'

/** A policy document as section 2.1 of the semantics writes it, with every list written out as a list (D-4). */
export interface Document {
  readonly type: DocumentType
  /** Version 2012-10-17: policy variables work (D-2, V-3). */
  readonly modern: boolean
  readonly statements: readonly Statement[]
}

export type DocumentType =
  | 'identity'
  | 'resource'
  | 'trust'
  | 'permissionsBoundary'
  | 'session'
  | 'scp'
  | 'rcp'
  | 'vpcEndpoint'

export interface Statement {
  readonly effect: 'Allow' | 'Deny'
  readonly principal?: readonly PrincipalEntry[]
  readonly notPrincipal?: readonly PrincipalEntry[]
  readonly action?: readonly string[]
  readonly notAction?: readonly string[]
  readonly resource?: readonly string[]
  readonly notResource?: readonly string[]
  readonly conditions: readonly ConditionLine[]
}

export interface PrincipalEntry {
  readonly kind: string
  readonly value: string
}

export interface ConditionLine {
  readonly operator: string
  readonly key: string
  readonly values: readonly string[]
}

/** The document does not follow the grammar, so nothing can be decided with it. */
export class Malformed extends Error {}

const documentMembers = ['Version', 'Id', 'Statement']
const statementMembers = [
  ...['Sid', 'Principal', 'NotPrincipal', 'Effect', 'Action', 'NotAction'],
  ...['Resource', 'NotResource', 'Condition'],
]

/** Reads a policy given as an object or as JSON text. Errors: Malformed. */
export function readDocument(given: unknown, type: DocumentType): Document {
  const document = objectOf(typeof given === 'string' ? jsonOf(given) : fromParsed(given))
  onlyMembers(document, documentMembers)
  const version = document.members.get('Version')
  if (version !== undefined && version !== '2012-10-17' && version !== '2008-10-17') throw new Malformed('Version')
  const statements = listOf(document.members.get('Statement')).map((statement) => readStatement(objectOf(statement)))
  for (const statement of statements) checkArns(statement, type)
  return { type, modern: version === '2012-10-17', statements }
}

function jsonOf(text: string): Json {
  try {
    return readJson(text)
  } catch (error) {
    if (error instanceof BadJson) throw new Malformed(error.message)
    throw error
  }
}

function readStatement(statement: JsonObject): Statement {
  onlyMembers(statement, statementMembers) // D-8
  const effect = statement.members.get('Effect')
  if (effect !== 'Allow' && effect !== 'Deny') throw new Malformed('Effect') // D-6
  for (const [one, other] of [
    ['Action', 'NotAction'],
    ['Resource', 'NotResource'],
    ['Principal', 'NotPrincipal'],
  ] as const)
    if (statement.members.has(one) && statement.members.has(other)) throw new Malformed(`${one} and ${other}`) // D-7
  if (!statement.members.has('Action') && !statement.members.has('NotAction')) throw new Malformed('no Action') // D-7
  return {
    effect,
    conditions: readConditions(statement.members.get('Condition')),
    ...optional('principal', statement.members.get('Principal'), principalsOf),
    ...optional('notPrincipal', statement.members.get('NotPrincipal'), principalsOf),
    ...optional('action', statement.members.get('Action'), stringsOf),
    ...optional('notAction', statement.members.get('NotAction'), stringsOf),
    ...optional('resource', statement.members.get('Resource'), stringsOf),
    ...optional('notResource', statement.members.get('NotResource'), stringsOf),
  }
}

function optional<Name extends string, Value>(name: Name, json: Json | undefined, read: (json: Json) => Value) {
  return (json === undefined ? {} : { [name]: read(json) }) as { readonly [K in Name]?: Value }
}

function principalsOf(json: Json): readonly PrincipalEntry[] {
  if (json === '*') return [{ kind: '*', value: '*' }]
  return [...objectOf(json).members].flatMap(([kind, values]) => {
    if (!['AWS', 'Federated', 'Service', 'CanonicalUser'].includes(kind)) throw new Malformed(kind)
    return stringsOf(values).map((value) => ({ kind, value }))
  })
}

function readConditions(json: Json | undefined): readonly ConditionLine[] {
  if (json === undefined) return []
  return [...objectOf(json).members].flatMap(([operator, keys]) => {
    const lines = [...objectOf(keys).members]
    if (lines.length > 0 && operatorOf(operator) === undefined) throw new Malformed(operator) // D-11
    return lines.map(([key, values]) => ({ operator, key, values: listOf(values).map(scalarOf) }))
  })
}

/** an ARN of fewer than six parts makes session policies and RCPs malformed, and SCPs unless it ends in `*`. */
function checkArns(statement: Statement, type: DocumentType): void {
  for (const entry of [...(statement.resource ?? []), ...(statement.notResource ?? [])]) {
    const incomplete = entry !== '*' && entry.split(':').length < 6
    const refused = type === 'session' || type === 'rcp' || (type === 'scp' && !entry.endsWith('*'))
    if (incomplete && refused) throw new Malformed(`incomplete ARN ${entry}`)
  }
}

function onlyMembers(object: JsonObject, known: readonly string[]): void {
  for (const name of object.members.keys()) if (!known.includes(name)) throw new Malformed(`unknown element ${name}`)
}

function objectOf(json: Json | undefined): JsonObject {
  if (!(json instanceof JsonObject)) throw new Malformed('not an object')
  return json
}

function listOf(json: Json | undefined): readonly Json[] {
  if (json === undefined) throw new Malformed('missing')
  return Array.isArray(json) ? json : [json as Json]
}

function stringsOf(json: Json): readonly string[] {
  return listOf(json).map((value) => {
    if (typeof value !== 'string') throw new Malformed('not a string')
    return value
  })
}

/** D-10: a number or a boolean is read as its JSON text. */
function scalarOf(json: Json): string {
  if (typeof json === 'string') return json
  if (typeof json === 'boolean') return String(json)
  if (json !== null && 'number' in json) return json.number
  throw new Malformed('not a value')
}
