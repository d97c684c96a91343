import type { ContextEntry, ContextKeyTypeEnum } from '@aws-sdk/client-iam'
import { type Context, compile, decide, parse } from '#engine'
import type { World } from '../operation.ts'

/**
 * The context of a simulation: nothing but the entries (rule SIM-4).
 * Errors: `InvalidInput` for an entry without name, type or value, for a value that is not of its type, and for a key
 * that is given twice in any case of letters (rule K-2).
 */
export function simulatedContext(entries: readonly ContextEntry[], world: World<'InvalidInput'>): Context {
  const context: Record<string, string | readonly string[]> = Object.create(null)
  const seen = new Set<string>()
  for (const { ContextKeyName: name = '', ContextKeyType: type, ContextKeyValues: values = [] } of entries) {
    if (!/^[^\s:]+:\S/.test(name)) throw world.fault('InvalidInput', `Invalid context key name: ${name}`)
    if (seen.size === seen.add(name.toLowerCase()).size)
      throw world.fault('InvalidInput', `Context key ${name} is given more than once.`)
    context[name] = checkedValue({ name, type, values }, world)
  }
  return context
}

interface Given {
  readonly name: string
  readonly type: ContextKeyTypeEnum | undefined
  readonly values: readonly string[]
}

function checkedValue({ name, type, values }: Given, world: World<'InvalidInput'>): string | readonly string[] {
  if (type === undefined) throw world.fault('InvalidInput', `Context key ${name} has no type.`)
  const [first] = values
  const isList = type.endsWith('List')
  if (!isList && (first === undefined || values.length > 1))
    throw world.fault('InvalidInput', `Context key ${name} of type ${type} must have exactly one value.`)
  const operator = operators[isList ? type.slice(0, -'List'.length) : type]
  const wrong = operator && values.find((value) => !isOfType(value, operator))
  if (wrong !== undefined)
    throw world.fault('InvalidInput', `Value ${wrong} of context key ${name} is not of type ${type}.`)
  return isList || first === undefined ? values : first
}

/** By type, the operator that reads its values; every text is a string. */
const operators: Readonly<Record<string, string>> = {
  numeric: 'NumericEquals',
  boolean: 'Bool',
  ip: 'IpAddress',
  binary: 'BinaryEquals',
  date: 'DateEquals',
}

/** The engine says what a number, an address or a date is: a value that is one equals itself. */
function isOfType(value: string, operator: string): boolean {
  const condition = { [operator]: { 'simulated:value': value } }
  const statement = { Effect: 'Allow', Action: '*', Resource: '*', Condition: condition }
  const { policy } = parse(JSON.stringify({ Version: '2012-10-17', Statement: statement }), 'identity')
  if (policy === undefined) return false
  const request = {
    principal: { type: 'user', arn: 'arn:aws:iam::000000000000:user/simulated', account: '000000000000' },
    action: 'simulated:Read',
    resource: '*',
    resourceAccount: '000000000000',
    context: { 'simulated:value': value },
  } as const
  return decide(request, { identity: compile([{ policy }]) }).decision === 'allowed'
}
