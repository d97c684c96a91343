import { partsOf } from './arn.ts'
import { fold } from './fold.ts'
import type { Policy, PrincipalEntry } from './policy.ts'
import type { Context } from './request.ts'
import { templateOf, variablesOf } from './variable.ts'

/** Every principal that a policy names, with the index of its statement. */
export function principalsOf(policy: Policy): readonly (PrincipalEntry & { readonly statement: number })[] {
  return policy.statements.flatMap(({ principal }, statement) =>
    (principal?.entries ?? []).map(({ kind, value }) => ({ statement, kind, value })),
  )
}

/** Every context key that a policy refers to, in conditions and variables, as it spells them first. */
export function contextKeysOf(policy: Policy): readonly string[] {
  return missingKeysOf([policy], {})
}

/** The context keys that some policies refer to and a context lacks, each once, as they are spelled first (rule SIM-9). */
export function missingKeysOf(policies: readonly Policy[], context: Context): readonly string[] {
  const present = new Set(Object.keys(context).map(fold))
  const keys = new Map<string, string>()
  for (const policy of policies) addKeys(policy, { keys, present })
  return [...keys.values()]
}

function addKeys(
  policy: Policy,
  { keys, present }: { readonly keys: Map<string, string>; readonly present: ReadonlySet<string> },
): void {
  const add = (written: string) => {
    const folded = fold(written)
    if (!present.has(folded) && !keys.has(folded)) keys.set(folded, written)
  }
  const addVariables = (text: string) => {
    for (const { written } of variablesOf(templateOf(text, policy.version === '2012-10-17'))) add(written)
  }
  for (const { resource, conditions } of policy.statements) {
    for (const pattern of resource?.patterns ?? []) addVariables(partsOf(pattern)[5] ?? '')
    for (const { operator, key, values } of conditions) {
      add(key)
      if (/string|arn/i.test(operator)) values.forEach(addVariables)
    }
  }
}
