import { actionFacts } from '#models'
import type { World } from '../operation.ts'
import type { SimulatedResource } from './simulation-input.ts'

/**
 * Checks that the resources are there which a kind of simulation needs.
 * Errors: `InvalidInput` for a kind that there is not, or a type of resource that is missing.
 */
export function refuseMissingResources(
  option: string | undefined,
  resources: readonly SimulatedResource[],
  world: World<'InvalidInput'>,
): void {
  if (option === undefined) return
  const needed = Object.hasOwn(handling, option) ? handling[option] : undefined
  if (needed === undefined) throw world.fault('InvalidInput', `Invalid resource handling option: ${option}`)
  const isThere = (type: string) =>
    resources.some(({ arn }) => /^arn:[^:]+:ec2:[^:]*:[^:]*:([a-z-]+)\//.exec(arn)?.[1] === type)
  const missing = needed.filter((type) => !isThere(type))
  if (missing.length > 0)
    throw world.fault('InvalidInput', `Resource handling option ${option} requires resources: ${missing.join(', ')}`)
}

const always = ['instance', 'image', 'security-group']

const handling: Readonly<Record<string, readonly string[]>> = {
  'EC2-Classic-InstanceStore': always,
  'EC2-Classic-EBS': [...always, 'volume'],
  'EC2-VPC-InstanceStore': [...always, 'network-interface'],
  'EC2-VPC-InstanceStore-Subnet': [...always, 'network-interface', 'subnet'],
  'EC2-VPC-EBS': [...always, 'network-interface', 'volume'],
  'EC2-VPC-EBS-Subnet': [...always, 'network-interface', 'subnet', 'volume'],
}

/**
 * The template of ARNs of the type of resource that an action touches, in the partition of the ARN; `*` where it has
 * none (rule SIM-10).
 */
export function templateFor(action: string, arn: string): string {
  const types = actionFacts(action)?.resourceTypes ?? []
  if (arn === '*' || types.length === 0) return '*'
  const fitting = types.map(({ type }) => type.arn).filter((template) => fits(template, arn))
  const [closest] = fitting.sort((one, other) => wordsOf(other).join('').length - wordsOf(one).join('').length)
  const template = closest ?? (types.find(({ required }) => required) ?? types[0])?.type.arn ?? '*'
  return template.replace('${Partition}', arn.split(':', 2)[1] ?? 'aws')
}

/** Whether an ARN is of a template's service, and its last part has the template's words in their order. */
function fits(template: string, arn: string): boolean {
  if (template.split(':', 3)[2] !== arn.split(':', 3)[2]) return false
  const name = lastPart(arn)
  const [first = '', ...rest] = wordsOf(template)
  const last = rest.at(-1)
  if (last === undefined) return name === first
  if (!name.startsWith(first)) return false
  let from = first.length
  for (const word of rest.slice(0, -1)) {
    const found = name.indexOf(word, from + 1)
    if (found < 0) return false
    from = found + word.length
  }
  return name.length > from + last.length && name.endsWith(last)
}

/** The texts around the variables in the last part of a template. */
function wordsOf(template: string): readonly string[] {
  return lastPart(template).split(/\$\{\w+\}/)
}

function lastPart(arn: string): string {
  return arn.split(':').slice(5).join(':')
}
