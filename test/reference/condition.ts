import type { ConditionLine } from './document.ts'
import { lookUp } from './question.ts'
import { bytesOf, compareDates, compareNumbers, inBlock, type Order, sameIgnoringCase } from './value.ts'
import { expand, type Setting } from './variable.ts'
import { covers, type Sign } from './wildcard.ts'

/** Whether every line of a `Condition` is true (C-1, C-2). */
export function conditionsHold(lines: readonly ConditionLine[], setting: Setting): boolean {
  return lines.every((line) => lineHolds(line, setting))
}

function lineHolds(line: ConditionLine, setting: Setting): boolean {
  const operator = operatorOf(line.operator)
  if (operator === undefined) throw new Error(`unknown operator ${line.operator}`)
  const value = lookUp(setting.context, line.key)
  if (operator.test === 'null')
    return line.values.some((wanted) => wanted.toLowerCase() === String(value === undefined)) // CX-1
  if (value === undefined) return absentHolds(operator)
  const one = (text: string) => oneHolds(operator, line.values, text, setting)
  const set = typeof value === 'string' ? [value] : value // CM-5
  if (operator.set === 'forallvalues') return set.every(one) // CM-2, CM-3
  if (operator.set === 'foranyvalue') return set.some(one)
  return typeof value === 'string' && one(value) // CM-1
}

/** The row "key absent" of 6.2. */
function absentHolds(operator: Operator): boolean {
  if (operator.ifExists) return true // C-5, and CM-3 for ForAnyValue
  if (operator.set === 'forallvalues') return true // CM-3
  if (operator.set === 'foranyvalue') return false // CM-3
  return operator.negated // C-4
}

/** C-3, CM-4: any of the policy's values, or none of them, for one value of the request. */
function oneHolds(operator: Operator, wanted: readonly string[], value: string, setting: Setting): boolean {
  const { test } = operator
  if (test === 'null') return false
  const found = wanted.some((text) => test(text, value, setting))
  return operator.negated ? !found : found
}

type Test = (wanted: string, value: string, setting: Setting) => boolean

interface Operator {
  readonly test: Test | 'null'
  readonly negated: boolean
  readonly ifExists: boolean
  readonly set: 'forallvalues' | 'foranyvalue' | undefined
}

/** An operator by its name, whose case means nothing when evaluating (C-6). */
export function operatorOf(name: string): Operator | undefined {
  const found = /^(?:(forallvalues|foranyvalue):)?([a-z]+?)(ifexists)?$/.exec(name.toLowerCase())
  if (found === null) return undefined
  const [, set, base = '', ifExists] = found
  const plain = plainTests.get(base)
  const test = plain ?? negatedTests.get(base)
  if (test === undefined || (test === 'null' && ifExists !== undefined)) return undefined
  return {
    test,
    negated: plain === undefined,
    ifExists: ifExists !== undefined,
    set: set === 'forallvalues' || set === 'foranyvalue' ? set : undefined,
  }
}

/** A test on the policy's value after its variables; a variable without a value equals nothing (V-5). */
function withVariables(test: (signs: readonly Sign[], value: string) => boolean): Test {
  return (wanted, value, setting) => {
    const signs = expand(wanted, setting)
    return signs !== undefined && test(signs, value)
  }
}

/** CS-1: no wildcards, so every sign stands for itself. */
const stringEquals = withVariables((signs, value) => textOf(signs) === value)
const stringEqualsIgnoreCase = withVariables((signs, value) => sameIgnoringCase(textOf(signs), value)) // CS-2
const stringLike = withVariables(covers) // CS-3
const arnLike = withVariables((signs, value) => {
  const wanted = componentsOf(signs, (sign) => sign.char === ':')
  const given = componentsOf([...value], (char) => char === ':')
  if (wanted.length < 6 || given.length < 6) return false // CA-2
  return wanted.every((part, index) => covers(part, (given[index] ?? []).join(''))) // CA-1
})
const bool: Test = (wanted, value) =>
  ['true', 'false'].includes(wanted.toLowerCase()) && wanted.toLowerCase() === value.toLowerCase() // CB-1, CB-2
const binaryEquals: Test = (wanted, value) => bytesOf(wanted) !== undefined && bytesOf(wanted) === bytesOf(value)
const ipAddress: Test = (wanted, value) => inBlock(wanted, value)

function textOf(signs: readonly Sign[]): string {
  return signs.map((sign) => sign.char).join('')
}

/** six parts, the sixth is the rest. */
function componentsOf<Item>(items: readonly Item[], isColon: (item: Item) => boolean): Item[][] {
  const parts: Item[][] = [[]]
  for (const item of items)
    if (isColon(item) && parts.length < 6) parts.push([])
    else parts.at(-1)?.push(item)
  return parts
}

/** The request's value against the policy's. */
function ordered(compare: (value: string, wanted: string) => Order, ...accepted: readonly Order[]): Test {
  return (wanted, value) => {
    const order = compare(value, wanted)
    return order !== undefined && accepted.includes(order)
  }
}

const plainTests = new Map<string, Test | 'null'>([
  ['stringequals', stringEquals],
  ['stringequalsignorecase', stringEqualsIgnoreCase],
  ['stringlike', stringLike],
  ['numericequals', ordered(compareNumbers, 0)],
  ['numericlessthan', ordered(compareNumbers, -1)],
  ['numericlessthanequals', ordered(compareNumbers, -1, 0)],
  ['numericgreaterthan', ordered(compareNumbers, 1)],
  ['numericgreaterthanequals', ordered(compareNumbers, 1, 0)],
  ['dateequals', ordered(compareDates, 0)],
  ['datelessthan', ordered(compareDates, -1)],
  ['datelessthanequals', ordered(compareDates, -1, 0)],
  ['dategreaterthan', ordered(compareDates, 1)],
  ['dategreaterthanequals', ordered(compareDates, 1, 0)],
  ['bool', bool],
  ['binaryequals', binaryEquals],
  ['ipaddress', ipAddress],
  ['arnequals', arnLike],
  ['arnlike', arnLike],
  ['null', 'null'],
])

const negatedTests = new Map<string, Test>([
  ['stringnotequals', stringEquals],
  ['stringnotequalsignorecase', stringEqualsIgnoreCase],
  ['stringnotlike', stringLike],
  ['numericnotequals', ordered(compareNumbers, 0)],
  ['datenotequals', ordered(compareDates, 0)],
  ['notipaddress', ipAddress],
  ['arnnotequals', arnLike],
  ['arnnotlike', arnLike],
])
