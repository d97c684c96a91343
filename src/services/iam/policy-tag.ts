import { iam } from './iam.ts'
import { changeablePolicy, readPolicy, touchedPolicy } from './policy-arn.ts'
import { requestTags, tagKeys, tagListing, withoutTags, withTags } from './tag.ts'

export const ListPolicyTags = iam('ListPolicyTags', {
  resource: ({ PolicyArn }, scope) => touchedPolicy(PolicyArn, scope),

  async run({ PolicyArn, ...page }, world) {
    const policy = await readPolicy(PolicyArn, world)
    return tagListing('ListPolicyTags', { tags: 'own' in policy ? policy.own.tags : [], ...page }, world)
  },
})

export const TagPolicy = iam('TagPolicy', {
  resource: ({ PolicyArn }, scope) => touchedPolicy(PolicyArn, scope),
  context: ({ Tags }) => requestTags(Tags),

  async run({ PolicyArn, Tags }, world) {
    const policy = await changeablePolicy(PolicyArn, { action: 'iam:TagPolicy', world })
    await world.tables.policies.update({ ...policy, tags: withTags(policy.tags, Tags, world) })
    return {}
  },
})

export const UntagPolicy = iam('UntagPolicy', {
  resource: ({ PolicyArn }, scope) => touchedPolicy(PolicyArn, scope),
  context: ({ TagKeys }) => tagKeys(TagKeys),

  async run({ PolicyArn, TagKeys }, world) {
    const policy = await changeablePolicy(PolicyArn, { action: 'iam:UntagPolicy', world })
    await world.tables.policies.update({ ...policy, tags: withoutTags(policy.tags, TagKeys) })
    return {}
  },
})
