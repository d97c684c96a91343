import { type Element, parse, type Statement } from '#engine'
import { Fault } from '#protocol'
import type { DelegationParameter } from '#store'
import type { World } from '../operation.ts'
import { managedText } from './granting-policy.ts'
import { isPolicyArn, policyExists } from './policy-arn.ts'

/** A parameter as the API writes it. */
export interface WireParameter {
  readonly Name?: string | undefined
  readonly Values?: readonly string[] | undefined
  readonly Type?: 'string' | 'stringList' | undefined
}

/**
 * The permissions that a template and parameters make: `@{Name}` stands for a parameter's value.
 * Errors: `InvalidInput` for a template that is not there, a parameter that is not given, or what makes no policy.
 */
export async function delegatedPolicy(
  template: string,
  parameters: readonly DelegationParameter[],
  world: World<'InvalidInput'>,
): Promise<string> {
  // DIFFERS: partners register templates with AWS; here a template is a managed policy that the requestor may attach.
  if (!isPolicyArn(template) || !(await policyExists(template, world)))
    throw world.fault('InvalidInput', `The policy template ${template} cannot be found.`)
  const given = new Map(parameters.map((parameter) => [parameter.name, parameter]))
  const filled = fill(JSON.parse(await managedText(template, world)), { given, world })
  const text = JSON.stringify(filled)
  const { policy, problems } = parse(text, 'identity')
  if (policy === undefined || problems.length > 0)
    throw world.fault('InvalidInput', problems[0]?.message ?? 'Syntax errors in policy.')
  return text
}

/** Reads the parameters of a request. Errors: `InvalidInput`. */
export function parametersIn(given: readonly WireParameter[], world: World<'InvalidInput'>) {
  const parameters = given.map(({ Name, Values = [], Type = 'string' }): DelegationParameter => {
    if (Name === undefined) throw world.fault('InvalidInput', 'A policy parameter has no name.')
    if (Type === 'string' && Values.length !== 1)
      throw world.fault('InvalidInput', `The policy parameter ${Name} must have one value.`)
    return { name: Name, values: Values, type: Type }
  })
  if (new Set(parameters.map(({ name }) => name)).size < parameters.length)
    throw world.fault('InvalidInput', 'Policy parameters must have different names.')
  return parameters
}

/**
 * Whether the caller itself may do all that a policy allows.
 * Gives: `UNSURE` where the policy has conditions or wildcards, or more than can be asked.
 */
export async function permissionCheck(text: string, world: World): Promise<'ALLOWED' | 'DENIED' | 'UNSURE'> {
  const statements = parse(text, 'identity').policy?.statements ?? []
  const pairs = statements.filter(({ effect }) => effect === 'Allow').flatMap(pairsOf)
  if (pairs.length > mostPairs || pairs.some((pair) => pair === undefined)) return 'UNSURE'
  for (const pair of pairs) if (pair !== undefined && !(await isPermitted(pair, world))) return 'DENIED'
  return 'ALLOWED'
}

const mostPairs = 200
const placeholder = /@\{([^{}]{1,256})\}/g

interface Filling {
  readonly given: ReadonlyMap<string, DelegationParameter>
  readonly world: World<'InvalidInput'>
}

/** A JSON value with its placeholders filled. Documents of policies are not nested deep. */
function fill(value: unknown, filling: Filling): unknown {
  if (typeof value === 'string') return filledText(value, filling)
  if (Array.isArray(value)) return value.flatMap((item) => fill(item, filling))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, fill(inner, filling)]))
}

function filledText(text: string, { given, world }: Filling): string | readonly string[] {
  const [whole, name] = /^@\{([^{}]{1,256})\}$/.exec(text) ?? []
  const list = whole === undefined || name === undefined ? undefined : given.get(name)
  if (list?.type === 'stringList') return list.values
  return text.replace(placeholder, (_, key: string) => {
    const parameter = given.get(key)
    const [value] = parameter?.type === 'string' ? parameter.values : []
    if (value === undefined) throw world.fault('InvalidInput', `The policy template needs the parameter ${key}.`)
    return value
  })
}

interface Pair {
  readonly action: string
  readonly resource: string
}

/** What a statement allows, one by one; `undefined` stands for what cannot be told so. */
function pairsOf({ action, resource, conditions }: Statement): readonly (Pair | undefined)[] {
  if (conditions.length > 0 || !isLiteral(action) || resource === undefined || !isLiteral(resource)) return [undefined]
  if (action.patterns.length * resource.patterns.length > mostPairs) return [undefined]
  return action.patterns.flatMap((one) => resource.patterns.map((arn) => ({ action: one, resource: arn })))
}

function isLiteral({ not, patterns }: Element): boolean {
  return !not && patterns.every((pattern) => !/[*?$]/.test(pattern))
}

async function isPermitted({ action, resource }: Pair, world: World): Promise<boolean> {
  try {
    await world.permit(action, resource)
    return true
  } catch (cause) {
    if (cause instanceof Fault && cause.code === 'AccessDenied') return false
    throw cause
  }
}
