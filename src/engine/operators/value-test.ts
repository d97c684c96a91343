import type { Scope } from '../context.ts'
import type { Truth } from '../truth.ts'

/** A value of the request that is not of the operator's kind: no number, date, address or ARN. */
export const unparseable = 3

/** Whether a value of the request matches any of a condition's values. */
export type ValueTest = (value: string, scope: Scope) => Truth | typeof unparseable

/** Makes a test of the values that a policy gives; `variables` tells whether its version has them. */
export type TestMaker = (values: readonly string[], variables: boolean) => ValueTest
