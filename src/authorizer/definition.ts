import type { AccessLevel, ConditionKeyType } from '#models'
import { type ArnTemplate, arnTemplate } from './arn-template.ts'
import { checkMembers, type Fields, fieldsOf, invalid, own, type Shape, shown, textOf, truthOf } from './input.ts'
import { keyTypes } from './key-type.ts'
import { type Route, routesIn } from './route.ts'

/** A service of an account's own, as its registration says it. */
export interface ServiceDefinition {
  /** What its actions begin with: `acme`. */
  readonly prefix: string
  readonly description?: string
  /** The service of the credential scopes of its clients. */
  readonly signingName: string
  /** Whether its clients may leave the body out of their signatures. */
  readonly unsignedPayload: boolean
  /** By name. */
  readonly resourceTypes: ReadonlyMap<string, OwnResourceType>
  /** By name in small letters. */
  readonly actions: ReadonlyMap<string, OwnAction>
  /** By key as it was written; its variable part, where it has one, is `${Name}` at the end. */
  readonly conditionKeys: ReadonlyMap<string, ConditionKeyType>
  readonly routes: readonly Route[]
}

export interface OwnResourceType {
  readonly name: string
  readonly arn: ArnTemplate
}

export interface OwnAction {
  /** `GetPhoto` */
  readonly name: string
  readonly accessLevel: AccessLevel
  /** Empty: it is granted on `*` alone. */
  readonly resourceTypes: readonly OwnResourceType[]
  /** Condition keys of the service that it has. */
  readonly conditionKeys: readonly string[]
}

/** What the actions of a service may begin with. */
export const prefixShape: Shape = {
  pattern: /^[a-z][a-z0-9-]{1,62}$/,
  wants: '2–63 small letters, digits and -, a letter first',
}

const members = new Set([
  'description',
  'signingName',
  'unsignedPayload',
  'resourceTypes',
  'actions',
  'conditionKeys',
  'routes',
])
const levels: readonly AccessLevel[] = ['List', 'Read', 'Write', 'Tagging', 'Permissions management']
const most = { actions: 1000, resourceTypes: 200, conditionKeys: 500 }
const actionName: Shape = { pattern: /^[A-Z][A-Za-z0-9]{0,127}$/, wants: '1–128 letters and digits, a capital first' }
const typeName: Shape = { pattern: /^[a-z][a-z0-9-]{0,63}$/, wants: '1–64 small letters, digits and -' }

/**
 * Reads what a registration says of a service.
 * Errors: `ValidationError` that names the member which is wrong.
 */
export function serviceDefinition(prefix: string, value: unknown): ServiceDefinition {
  const fields = fieldsOf(value, 'The definition')
  checkMembers(fields, members, 'The definition')
  const conditionKeys = keysIn(fields, prefix)
  const resourceTypes = typesIn(fields, prefix)
  const actions = actionsIn(fields, { resourceTypes, conditionKeys })
  const description = own(fields, 'description')
  return {
    prefix,
    ...(description === undefined ? {} : { description: textOf(description, 'description', plain) }),
    signingName: textOf(own(fields, 'signingName') ?? prefix, 'signingName', prefixShape),
    unsignedPayload: truthOf(own(fields, 'unsignedPayload'), 'unsignedPayload') ?? false,
    resourceTypes,
    actions,
    conditionKeys,
    routes: routesIn(own(fields, 'routes'), { prefix, actions, conditionKeys }),
  }
}

const plain: Shape = { pattern: /^[^\p{Cc}]{1,512}$/u, wants: '1–512 characters' }

function entriesIn(fields: Fields, name: 'actions' | 'resourceTypes' | 'conditionKeys'): [string, unknown][] {
  const entries = Object.entries(fieldsOf(own(fields, name) ?? {}, name))
  if (entries.length > most[name]) throw invalid(`${name} has more than ${most[name]} members.`)
  return entries
}

function keysIn(fields: Fields, prefix: string): ReadonlyMap<string, ConditionKeyType> {
  const keys = new Map<string, ConditionKeyType>()
  const seen = new Set<string>()
  for (const [key, type] of entriesIn(fields, 'conditionKeys')) {
    const known = keyTypes.find((one) => one === type)
    if (!/^[a-z0-9-]+:[A-Za-z0-9_./-]{1,128}(?:\$\{\w{1,64}\})?$/.test(key) || !key.startsWith(`${prefix}:`))
      throw invalid(`The condition key ${shown(key)} must be ${prefix}: and a name.`)
    if (known === undefined)
      throw invalid(`The condition key ${key} must have one of the types ${keyTypes.join(', ')}.`)
    if (seen.size === seen.add(key.toLowerCase()).size) throw invalid(`The condition key ${key} is there twice.`)
    keys.set(key, known)
  }
  return keys
}

function typesIn(fields: Fields, prefix: string): ReadonlyMap<string, OwnResourceType> {
  const types = new Map<string, OwnResourceType>()
  for (const [name, value] of entriesIn(fields, 'resourceTypes')) {
    textOf(name, `The name of the resource type ${shown(name)}`, typeName)
    const type = fieldsOf(value, `resourceTypes.${name}`)
    checkMembers(type, new Set(['arn']), `resourceTypes.${name}`)
    types.set(name, { name, arn: templateIn(own(type, 'arn'), `resourceTypes.${name}.arn`, prefix) })
  }
  return types
}

function templateIn(value: unknown, name: string, prefix: string): ArnTemplate {
  const template = typeof value === 'string' ? arnTemplate(value) : undefined
  const wants = `${name} must be an ARN with variables, such as arn:aws:${prefix}:\${Region}:\${Account}:thing/\${Name}`
  if (template === undefined) throw invalid(`${wants}.`)
  const [partition, service, , account] = template.fields
  if (partition !== undefined && partition !== 'aws') throw invalid(`${wants}; its partition is not aws.`)
  if (service !== prefix) throw invalid(`${wants}; its service is not ${prefix}.`)
  // INVARIANT: no ARN of the service names another account than the one that registered it.
  if (account !== undefined && account !== '') throw invalid(`${wants}; its account must be \${Account} or nothing.`)
  return template
}

function actionsIn(
  fields: Fields,
  known: Pick<ServiceDefinition, 'resourceTypes' | 'conditionKeys'>,
): ReadonlyMap<string, OwnAction> {
  const actions = new Map<string, OwnAction>()
  for (const [name, value] of entriesIn(fields, 'actions')) {
    textOf(name, `The name of the action ${shown(name)}`, actionName)
    if (actions.has(name.toLowerCase())) throw invalid(`The action ${name} is there twice, in another case of letters.`)
    actions.set(name.toLowerCase(), actionIn(name, value, known))
  }
  if (actions.size === 0) throw invalid('The definition must have actions.')
  return actions
}

const actionMembers = new Set(['accessLevel', 'resourceTypes', 'conditionKeys'])

function actionIn(
  name: string,
  value: unknown,
  { resourceTypes, conditionKeys }: Pick<ServiceDefinition, 'resourceTypes' | 'conditionKeys'>,
): OwnAction {
  const where = `actions.${name}`
  const action = fieldsOf(value, where)
  checkMembers(action, actionMembers, where)
  const accessLevel = levels.find((level) => level === own(action, 'accessLevel'))
  if (accessLevel === undefined) throw invalid(`${where}.accessLevel must be one of ${levels.join(', ')}.`)
  const types = namesIn(own(action, 'resourceTypes'), `${where}.resourceTypes`).map((type) => {
    const found = resourceTypes.get(type)
    if (found === undefined) throw invalid(`${where}.resourceTypes names ${shown(type)}, which is no resource type.`)
    return found
  })
  const keys = namesIn(own(action, 'conditionKeys'), `${where}.conditionKeys`)
  const unknown = keys.find((key) => !conditionKeys.has(key))
  if (unknown !== undefined)
    throw invalid(`${where}.conditionKeys names ${shown(unknown)}, which is no condition key of the service.`)
  return { name, accessLevel, resourceTypes: types, conditionKeys: keys }
}

function namesIn(value: unknown, name: string): readonly string[] {
  if (value === undefined) return []
  if (Array.isArray(value) && value.length <= 200 && value.every((one) => typeof one === 'string')) return value
  throw invalid(`${name} must be a list of names.`)
}
