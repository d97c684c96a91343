import { readFileSync } from 'node:fs'
import { brotliDecompressSync } from 'node:zlib'

/** What AWS publishes of the actions of one service that policies can name. */
export interface ServiceActions {
  /** What its actions begin with: `iam`. */
  readonly prefix: string
  /** `AWS Identity and Access Management (IAM)` */
  readonly name: string
  /** By name. */
  readonly actions: readonly ActionFacts[]
  readonly resourceTypes: readonly ResourceType[]
  /** Every condition key that an action or a resource type of the service names, `aws:RequestTag/${TagKey}` among them. */
  readonly conditionKeys: readonly ConditionKey[]
}

/** What AWS publishes of one action. */
export interface ActionFacts {
  /** `iam:CreateUser` */
  readonly action: string
  /** `CreateUser` */
  readonly name: string
  readonly accessLevel: AccessLevel
  /** Empty: a policy grants the action on `*` alone. */
  readonly resourceTypes: readonly ActionResource[]
  /** Keys of the action whatever it touches, beside those of each resource and the keys of every request. */
  readonly conditionKeys: readonly string[]
}

export type AccessLevel = 'List' | 'Read' | 'Write' | 'Tagging' | 'Permissions management'

/** A type of resource that an action can touch. */
export interface ActionResource {
  readonly type: ResourceType
  /** Whether a call always touches one. */
  readonly required: boolean
  /** Keys of the action where it touches this type. */
  readonly conditionKeys: readonly string[]
}

/** A type of resource of a service. */
export interface ResourceType {
  /** `user` */
  readonly name: string
  /** `arn:${Partition}:iam::${Account}:user/${UserNameWithPath}` */
  readonly arn: string
  /** Keys that a resource of this type itself brings, such as its tags. */
  readonly conditionKeys: readonly string[]
}

/** A condition key. Its variable parts are written `${Name}`. */
export interface ConditionKey {
  readonly key: string
  readonly type: ConditionKeyType
}

export type ConditionKeyType = ScalarKeyType | `ArrayOf${ScalarKeyType}`

type ScalarKeyType = 'ARN' | 'Bool' | 'Date' | 'IPAddress' | 'Numeric' | 'String'

/** The first line of the catalogue. `tools/actions.ts` writes it and the rows. */
interface Head {
  readonly global: readonly KeyRow[]
  readonly foreign: readonly (readonly [start: string, prefixes: readonly string[]])[]
}

interface ServiceRow {
  readonly keys: readonly KeyRow[]
  readonly lists: readonly (readonly number[])[]
  readonly types: readonly (readonly [name: string, arn: string, list: number])[]
  readonly actions: readonly (readonly [
    name: string,
    level: number,
    list: number,
    resources: readonly (readonly [type: number, required: 0 | 1, list: number])[],
  ])[]
}

type KeyRow = readonly [key: string, type: ConditionKeyType]

interface Catalogue {
  readonly head: Head
  readonly text: Buffer
  readonly entries: ReadonlyMap<string, Entry>
}

interface Entry {
  readonly name: string
  /** Where the service's row lies in the text of all. */
  readonly from: number
  readonly to: number
}

/** A service, with what is looked up in it by name. */
interface Service {
  readonly facts: ServiceActions
  /** By name in small letters. */
  readonly actions: ReadonlyMap<string, ActionFacts>
  readonly keys: KeyTypes
}

/** Types of condition keys. */
interface KeyTypes {
  /** By key in small letters. */
  readonly exact: ReadonlyMap<string, ConditionKeyType>
  /** Keys with variable parts: what stands around these. */
  readonly variable: readonly (readonly [around: readonly string[], type: ConditionKeyType])[]
}

const levels: readonly AccessLevel[] = ['List', 'Read', 'Write', 'Tagging', 'Permissions management']
const services = new Map<string, Service>()
let catalogue: Catalogue | undefined
let globalKeys: KeyTypes | undefined

/**
 * Gives: what AWS publishes of the actions of a service.
 * Takes: its prefix, in any case of letters.
 * Cost: the first call unpacks the catalogue (1.3 MB, 10 ms); the first for a service reads its row, at most 70 KB.
 */
export function serviceActions(prefix: string): ServiceActions | undefined {
  return serviceOf(prefix)?.facts
}

/**
 * Gives: what AWS publishes of an action; `undefined` for one that it does not know, and for a pattern.
 * Takes: `iam:CreateUser`, in any case of letters.
 */
export function actionFacts(action: string): ActionFacts | undefined {
  const colon = action.indexOf(':')
  return colon < 0 ? undefined : serviceOf(action.slice(0, colon))?.actions.get(action.slice(colon + 1).toLowerCase())
}

/** Gives: the prefixes of all services whose actions AWS publishes, sorted. */
export function servicePrefixes(): readonly string[] {
  return [...opened().entries.keys()]
}

/** Gives: the name of a service, `AWS Identity and Access Management (IAM)`. Takes: its prefix, in any case of letters. */
export function serviceName(prefix: string): string | undefined {
  return opened().entries.get(prefix.toLowerCase())?.name
}

/**
 * Gives: the type of a condition key's values; `undefined` for a key that AWS does not know.
 * Takes: a key as requests have it, `aws:RequestTag/Team`, in any case of letters.
 */
export function conditionKeyType(key: string): ConditionKeyType | undefined {
  const folded = key.toLowerCase()
  globalKeys ??= keyTypes(opened().head.global)
  const own = serviceOf(folded.slice(0, Math.max(0, folded.indexOf(':'))))
  const known = typeIn(own?.keys, folded) ?? typeIn(globalKeys, folded)
  if (known !== undefined) return known
  for (const [start, prefixes] of opened().head.foreign) {
    if (!folded.startsWith(start.toLowerCase())) continue
    for (const prefix of prefixes) {
      const type = typeIn(serviceOf(prefix)?.keys, folded)
      if (type !== undefined) return type
    }
  }
  return undefined
}

function opened(): Catalogue {
  catalogue ??= indexed(brotliDecompressSync(readFileSync(new URL('./generated/actions.br', import.meta.url))))
  return catalogue
}

function indexed(text: Buffer): Catalogue {
  const end = text.indexOf('\n')
  const entries = new Map<string, Entry>()
  for (let from = end + 1; from < text.length; ) {
    const name = text.indexOf('\t', from) + 1
    const row = text.indexOf('\t', name) + 1
    const to = text.indexOf('\n', row)
    entries.set(text.toString('utf8', from, name - 1), { name: text.toString('utf8', name, row - 1), from: row, to })
    from = to + 1
  }
  return { head: JSON.parse(text.toString('utf8', 0, end)), text, entries }
}

function serviceOf(asked: string): Service | undefined {
  const { entries, text } = opened()
  const prefix = asked.toLowerCase()
  const known = services.get(prefix)
  const entry = entries.get(prefix)
  if (known !== undefined || entry === undefined) return known
  const service = read(prefix, entry.name, JSON.parse(text.toString('utf8', entry.from, entry.to)))
  services.set(prefix, service)
  return service
}

function read(prefix: string, name: string, row: ServiceRow): Service {
  const lists = row.lists.map((list) => Object.freeze(list.map((number) => at(row.keys, number)[0])))
  const resourceTypes = row.types.map(([type, arn, list]) =>
    Object.freeze({ name: type, arn, conditionKeys: at(lists, list) }),
  )
  const actions = row.actions.map(([action, level, list, resources]) =>
    Object.freeze({
      action: `${prefix}:${action}`,
      name: action,
      accessLevel: at(levels, level),
      resourceTypes: Object.freeze(
        resources.map(([type, required, own]) =>
          Object.freeze({ type: at(resourceTypes, type), required: required === 1, conditionKeys: at(lists, own) }),
        ),
      ),
      conditionKeys: at(lists, list),
    }),
  )
  const conditionKeys = row.keys.map(([key, type]) => Object.freeze({ key, type }))
  return {
    facts: Object.freeze({
      prefix,
      name,
      actions: Object.freeze(actions),
      resourceTypes: Object.freeze(resourceTypes),
      conditionKeys: Object.freeze(conditionKeys),
    }),
    actions: new Map(actions.map((facts) => [facts.name.toLowerCase(), facts])),
    keys: keyTypes(row.keys),
  }
}

function at<Item>(list: readonly Item[], number: number): Item {
  const item = list[number]
  if (item === undefined) throw new Error('The catalogue of actions is broken: run node tools/actions.ts.')
  return item
}

function keyTypes(rows: readonly KeyRow[]): KeyTypes {
  const folded = rows.map(([key, type]) => [key.toLowerCase(), type] as const)
  const variable = folded.filter(([key]) => key.includes('${'))
  return {
    exact: new Map(folded.filter(([key]) => !key.includes('${'))),
    // The longest first: of two that fit, it says more.
    variable: variable
      .sort(([one], [other]) => other.length - one.length)
      .map(([key, type]) => [key.split(/\$\{\w+\}/), type] as const),
  }
}

function typeIn(types: KeyTypes | undefined, key: string): ConditionKeyType | undefined {
  return types?.exact.get(key) ?? types?.variable.find(([around]) => fits(around, key))?.[1]
}

/** Whether a text is these parts in this order, with at least one character where two of them meet. Cost: linear in the text. */
function fits(parts: readonly string[], text: string): boolean {
  const first = parts[0] ?? ''
  const last = parts.at(-1) ?? ''
  if (!text.startsWith(first)) return false
  let from = first.length
  for (const part of parts.slice(1, -1)) {
    const found = text.indexOf(part, from + 1)
    if (found < 0) return false
    from = found + part.length
  }
  return text.length > from + last.length && text.endsWith(last)
}
