import type { ResourceType, Surface, SurfaceMember, SurfaceOperation } from '#models'
import { type Call, nameOf, ownArn } from './call.ts'
import { isObject, type Json, type JsonObject } from './json.ts'
import { notCovered, shown } from './refusal.ts'
import type { ServiceRules } from './rules.ts'

const patterns = new Map<string, RegExp>()
const namesByType = new Map<string, ReadonlySet<string>>()
const common = new Set(['Partition', 'Region', 'Account'])

/**
 * The ARNs of the resources of a type that a call names.
 * Gives: none where the call names none.
 */
export function resourcesOf(call: Call, type: ResourceType, rules: ServiceRules): readonly string[] {
  const members = rules.members?.[type.name]
  const values =
    members?.flatMap((name) => textsOf(call.input[name])) ?? textsUnder(call.input, namesFor(call.service, type, rules))
  const arns = values.filter((value) => value !== '').map((value) => arnFor(call, type, value))
  return [...new Set(arns.filter((arn) => arn !== undefined))]
}

/** Whether a call of an operation could name a resource of a type at all. */
export function canName(
  { name, shapes }: Surface,
  { input }: SurfaceOperation,
  { type, rules }: { readonly type: ResourceType; readonly rules: ServiceRules },
): boolean {
  const own = input?.members ?? []
  const members = rules.members?.[type.name]
  if (members !== undefined) return own.some((member) => members.includes(member.name))
  const names = namesFor(name, type, rules)
  const seen = new Set<number>()
  const holds = (structure: readonly SurfaceMember[]): boolean =>
    structure.some((member) => names.has(member.name.toLowerCase()) || inside(member.shape))
  const inside = (number: number): boolean => {
    const shape = shapes[number]
    if (shape === undefined || seen.has(number)) return false
    seen.add(number)
    if (shape.type === 'structure') return holds(shape.members)
    if (shape.type === 'list') return inside(shape.member)
    return shape.type === 'map' && inside(shape.value)
  }
  return holds(own)
}

/** The type of resource that an ARN is of, among these. */
export function typeOfArn(arn: string, types: readonly ResourceType[]): ResourceType | undefined {
  return types.find((type) => patternOf(type.arn).test(arn))
}

/** The ARN of all resources of a type: `…:volume/*`. */
export function anyOf(call: Call, type: ResourceType): string {
  return filled(call, type.arn, '*')
}

/** An ARN of a caller as a resource. Errors: "not covered" for what is no ARN of the partition. */
export function givenArn(call: Call, arn: string): string {
  const parts = arn.split(':')
  if (parts.length < 6 || parts[0] !== 'arn' || parts[1] !== call.arrived.partition || parts[2] === '')
    throw notCovered(nameOf(call), `${shown(arn)} is no ARN of the partition ${call.arrived.partition}`)
  return arn
}

/** The ARN itself, or that of the named resource of the service. Takes: what stands before the name: `table/`. */
export function arnOrName(call: Call, value: string, before: string): string {
  if (!value.startsWith('arn:')) return ownArn(call, `${before}${value}`)
  const arn = givenArn(call, value)
  const [, , service, , , ...rest] = arn.split(':')
  if (service !== call.service || !rest.join(':').startsWith(before) || rest.join(':') === before)
    throw notCovered(nameOf(call), `${shown(arn)} is not the ARN of a ${before.replace(/\W+$/, '')}`)
  return arn
}

function arnFor(call: Call, type: ResourceType, value: string): string | undefined {
  if (value.startsWith('arn:')) return patternOf(type.arn).test(givenArn(call, value)) ? value : undefined
  return freeParts(type.arn).length === 1 ? filled(call, type.arn, value) : undefined
}

/** Names, in small letters, of members that name a resource of a type. */
function namesFor(service: string, { name, arn }: ResourceType, rules: ServiceRules): ReadonlySet<string> {
  const known = namesByType.get(arn)
  if (known !== undefined) return known
  const [, , owner] = arn.split(':')
  const own = owner === service ? ['resourcearn', 'resourcearns', 'arn'] : []
  const plain = name.replace(/\W/g, '')
  const aliases = rules.aliases?.[name] ?? []
  const stems = [...freeParts(arn), `${plain}arn`, `${plain}id`, `${plain}name`, plain, ...aliases].map((stem) =>
    stem.toLowerCase(),
  )
  const before = ['source', ...(rules.before ?? [])]
  const named = [...stems, ...stems.flatMap((stem) => before.map((word) => `${word}${stem}`))]
  const names = new Set([...named, ...named.map((stem) => `${stem}s`), ...own])
  namesByType.set(arn, names)
  return names
}

/** The texts of all members of these names, however deep. */
function textsUnder(value: JsonObject, names: ReadonlySet<string>): readonly string[] {
  return Object.entries(value).flatMap(([name, inner]) => {
    if (inner === undefined || inner === null) return []
    const own = names.has(name.toLowerCase()) ? textsOf(inner) : []
    const parts: readonly Json[] = Array.isArray(inner) ? inner : [inner]
    return [...own, ...parts.flatMap((part) => (isObject(part) ? textsUnder(part, names) : []))]
  })
}

function textsOf(value: Json | undefined): readonly string[] {
  if (typeof value === 'string') return [value]
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : []
}

function freeParts(template: string): readonly string[] {
  return [...template.matchAll(/\$\{(\w+)\}/g)].map((match) => match[1] ?? '').filter((name) => !common.has(name))
}

function filled({ arrived }: Call, template: string, value: string): string {
  const { partition, region, account } = arrived
  const known: Readonly<Record<string, string>> = { Partition: partition, Region: region, Account: account }
  return template.replace(/\$\{(\w+)\}/g, (_, name: string) => known[name] ?? value)
}

function patternOf(template: string): RegExp {
  const known = patterns.get(template)
  if (known !== undefined) return known
  const parts = template.split(/(\$\{\w+\})/).map((part) => {
    if (!part.startsWith('${')) return part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
    return common.has(part.slice(2, -1)) ? '[^:]*' : '[^:/]+'
  })
  // The last part of a name may hold slashes and colons.
  const last = parts.lastIndexOf('[^:/]+')
  const pattern = new RegExp(`^${parts.map((part, at) => (at === last ? '.+' : part)).join('')}$`, 's')
  patterns.set(template, pattern)
  return pattern
}
