import type { Rule } from './workload.ts'

/** A policy document as AWS writes it. */
export interface PolicyDocument {
  readonly Version: '2012-10-17'
  readonly Statement: readonly object[]
}

export function documentOf(rules: readonly Rule[]): PolicyDocument {
  return {
    Version: '2012-10-17',
    Statement: rules.map(({ effect, actions, resources, conditions }) => {
      const lines: Record<string, Record<string, readonly string[]>> = {}
      for (const { operator, key, values } of conditions) lines[operator] = { ...lines[operator], [key]: values }
      const condition = conditions.length === 0 ? {} : { Condition: lines }
      return { Effect: effect, Action: actions, Resource: resources, ...condition }
    }),
  }
}
