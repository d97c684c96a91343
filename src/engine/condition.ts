import { contextValue, isUnknown, type Key, keyOf, type Scope } from './context.ts'
import {
  emptyListIsPresent,
  forAnyIfExistsHoldsWhenAbsent,
  listOfOneNeedsPrefix,
  negatedHoldsForUnparseable,
} from './open-question.ts'
import { type Operator, operatorOf } from './operator.ts'
import { booleanOf } from './operators/boolean.ts'
import { unparseable, type ValueTest } from './operators/value-test.ts'
import type { ConditionLine } from './policy.ts'
import { and, no, not, or, type Truth, unknown, yes } from './truth.ts'

/** One pair of operator and key, ready to be tested. */
export interface Condition {
  readonly line: ConditionLine
  readonly operator: Operator
  readonly key: Key
  /** Absent for `Null`. */
  readonly test: ValueTest | undefined
}

/** Gives: `undefined` for an operator that there is not. */
export function conditionOf(line: ConditionLine, variables: boolean): Condition | undefined {
  const operator = operatorOf(line.operator)
  if (operator === undefined) return undefined
  return { line, operator, key: keyOf(line.key), test: operator.make?.(line.values, variables) }
}

/** Whether all are known to hold (rule C-2). */
export function conditionsHold(conditions: readonly Condition[], scope: Scope): boolean {
  for (const condition of conditions) if (conditionHolds(condition, scope) !== yes) return false
  return true
}

/** The table of section 6.2, row by row. */
export function conditionHolds(condition: Condition, scope: Scope): Truth {
  const value = contextValue(scope, condition.key)
  if (value === undefined && isUnknown(scope, condition.key)) return unknown
  if (condition.test === undefined) return nullHolds(condition, value)
  if (value === undefined) return absentHolds(condition.operator) ? yes : no
  if (typeof value === 'string') return valueHolds(condition, value, scope)
  return listHolds(condition, value, scope)
}

/** Rule CX-1. */
function nullHolds({ line }: Condition, value: string | readonly string[] | undefined): Truth {
  const absent = value === undefined || (!emptyListIsPresent && value.length === 0 && typeof value !== 'string')
  return line.values.some((wanted) => booleanOf(wanted) === absent) ? yes : no
}

/** Rules C-4, C-5, CM-3. */
function absentHolds({ set, negated, ifExists }: Operator): boolean {
  if (set === 'all') return true
  if (set === 'any') return ifExists && forAnyIfExistsHoldsWhenAbsent
  return negated || ifExists
}

/** Rule C-3: under a negated operator none of the values may match. */
function valueHolds({ operator, test }: Condition, value: string, scope: Scope): Truth {
  if (test === undefined) return no
  const matched = test(value, scope)
  if (matched === unparseable) return operator.negated && negatedHoldsForUnparseable ? yes : no
  return operator.negated ? not(matched) : matched
}

/** Rules CM-1 to CM-4. */
function listHolds(condition: Condition, values: readonly string[], scope: Scope): Truth {
  const { set } = condition.operator
  const [only] = values
  if (set === 'none')
    return values.length === 1 && only !== undefined && !listOfOneNeedsPrefix ? valueHolds(condition, only, scope) : no
  let truth: Truth = set === 'all' ? yes : no
  for (const value of values) {
    const one = valueHolds(condition, value, scope)
    truth = set === 'all' ? and(truth, one) : or(truth, one)
    if (truth === (set === 'all' ? no : yes)) break
  }
  return truth
}
