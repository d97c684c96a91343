import { missingKeysOf } from '#engine'
import { iam } from './iam.ts'
import { policyInputs } from './simulation-input.ts'
import { policySource, touchedSource } from './simulation-source.ts'

export const GetContextKeysForCustomPolicy = iam('GetContextKeysForCustomPolicy', {
  resource: () => '*',

  async run({ PolicyInputList }, world) {
    const sources = policyInputs('PolicyInputList', PolicyInputList, { type: 'identity', world })
    const policies = sources.map(({ policy }) => policy)
    return { ContextKeyNames: [...missingKeysOf(policies, {})] }
  },
})

export const GetContextKeysForPrincipalPolicy = iam('GetContextKeysForPrincipalPolicy', {
  resource: ({ PolicySourceArn }, scope) => touchedSource(PolicySourceArn, scope),

  async run({ PolicySourceArn, PolicyInputList }, world) {
    const added = policyInputs('PolicyInputList', PolicyInputList, { type: 'identity', world })
    const { identity } = await policySource(PolicySourceArn, [], world)
    const policies = [...identity, ...added].map(({ policy }) => policy)
    return { ContextKeyNames: [...missingKeysOf(policies, {})] }
  },
})
