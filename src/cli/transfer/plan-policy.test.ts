import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { PolicyDetail } from './detail.ts'
import type { EntityPlan } from './plan.ts'
import { planPolicy } from './plan-policy.ts'

interface Version {
  readonly id: string
  readonly document: string
  readonly isDefault: boolean
}

function policy(documents: readonly number[], chosen: number): PolicyDetail {
  const versions = documents.map((document, index) => ({
    id: `v${index + 1}`,
    document: JSON.stringify({ Id: String(document) }),
    isDefault: index === chosen % documents.length,
  }))
  return { name: 'p', path: '/', id: undefined, description: undefined, versions, tags: undefined }
}

/** The versions after the calls of a plan, with the rules of the server. */
function after(before: readonly Version[], { steps }: EntityPlan): readonly Version[] {
  let versions = before
  let next = before.length + 1
  for (const { operation, input } of steps) {
    const {
      VersionId,
      PolicyDocument = '',
      SetAsDefault = false,
    } = input as {
      readonly VersionId?: string
      readonly PolicyDocument?: string
      readonly SetAsDefault?: boolean
    }
    const named = versions.find(({ id }) => id === VersionId)
    if (operation === 'DeletePolicyVersion') {
      assert.equal(named?.isDefault, false, 'the default version cannot be deleted')
      versions = versions.filter((version) => version !== named)
    } else if (operation === 'SetDefaultPolicyVersion') {
      assert.ok(named)
      versions = versions.map((version) => ({ ...version, isDefault: version === named }))
    } else {
      const first = operation === 'CreatePolicy'
      assert.ok(versions.length < 5, 'a policy has at most five versions')
      if (SetAsDefault) versions = versions.map((version) => ({ ...version, isDefault: false }))
      versions = [...versions, { id: `v${next++}`, document: PolicyDocument, isDefault: first || SetAsDefault }]
    }
  }
  return versions
}

const documents = fc.array(fc.integer({ min: 0, max: 7 }), { minLength: 1, maxLength: 5 })

test('from whichever versions a policy has, it gets all that are wanted and the right default, within the quota', () => {
  fc.assert(
    fc.property(documents, fc.nat(9), fc.option(documents), fc.nat(9), (wanted, chosen, present, default_) => {
      const target = policy(wanted, chosen)
      const before = present === null ? undefined : policy(present, default_)
      const versions = after(before?.versions ?? [], planPolicy('111122223333', target, before))
      const held = new Set(versions.map(({ document }) => document))
      for (const { document } of target.versions) assert.ok(held.has(document))
      const isDefault = ({ isDefault: yes }: Version) => yes
      assert.deepEqual(
        versions.filter(isDefault).map(({ document }) => document),
        target.versions.filter(isDefault).map(({ document }) => document),
      )
      const again = planPolicy('111122223333', target, { ...target, versions })
      assert.deepEqual([again.state, again.steps], ['same', []])
    }),
    { numRuns: 2000, seed: 11 },
  )
})
