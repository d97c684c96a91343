import assert from 'node:assert/strict'
import { test } from 'node:test'
import { actionCatalogueDate, actionFacts, type ConditionKeyType, conditionKeyType, serviceActions } from '#models'
import { actionCatalogue, type PublishedAction, type PublishedService, publishedReference } from './actions.ts'
import { committedText } from './managed-policies.ts'

const reference = publishedReference()

test('the committed catalogue of actions is what the tool makes', () => {
  for (const [path, text] of actionCatalogue(reference))
    assert.ok(committedText(path) === text, `${path}: run node tools/actions.ts`)
})

test('every action of the package is in the catalogue with all its facts', () => {
  assert.equal(actionCatalogueDate, reference.updatedAt.slice(0, 10))
  for (const { prefix, name, actions } of reference.services) {
    const service = serviceActions(prefix) ?? assert.fail(prefix)
    assert.equal(service.name, name)
    assert.equal(service.actions.length, Object.keys(actions).length, prefix)
    for (const published of Object.values(actions)) {
      const facts = actionFacts(`${prefix}:${published.name}`) ?? assert.fail(`${prefix}:${published.name}`)
      assert.equal(facts.name, published.name)
      assert.equal(facts.accessLevel, published.accessLevel.replace(/, Write$/, ''))
      assert.deepEqual(facts.conditionKeys, listed(published.conditionKeys))
      const types = facts.resourceTypes.map(({ type, required, conditionKeys }) =>
        JSON.stringify([type.name, required, conditionKeys]),
      )
      const wanted = published.resourceTypes.map((type) =>
        JSON.stringify([type.name, type.required, listed(type.conditionKeys)]),
      )
      assert.deepEqual(types, [...new Set(wanted)], facts.action)
    }
  }
})

test('every resource type and condition key of the package is in the catalogue', () => {
  const kinds = /^(?:ArrayOf)?(?:ARN|Bool|Date|IPAddress|Numeric|String)$/
  for (const { prefix, resourceTypes, conditionKeys } of reference.services) {
    const service = serviceActions(prefix) ?? assert.fail(prefix)
    assert.deepEqual(
      service.resourceTypes.map(({ name, arn, conditionKeys: keys }) => [name, arn, keys]),
      Object.values(resourceTypes)
        .sort((one, other) => (one.key < other.key ? -1 : 1))
        .map((type) => [type.key, type.arn, listed(type.conditionKeys ?? [])]),
    )
    const types = new Map<string, ConditionKeyType>(service.conditionKeys.map(({ key, type }) => [key, type]))
    assert.equal(types.size, Object.keys(conditionKeys).length, prefix)
    for (const { key, type } of Object.values(conditionKeys)) {
      assert.match(type, kinds)
      assert.equal(types.get(bare(key)), type, key)
      assert.notEqual(conditionKeyType(bare(key).replaceAll(/\$\{\w+\}/g, 'something')), undefined, key)
    }
  }
  for (const { key, type } of reference.globalKeys)
    assert.equal(conditionKeyType(key.replace('${TagKey}', 'team')), type, key)
})

test('a reference that is not whole, or that says what the catalogue has no place for, is refused', () => {
  const action: PublishedAction = {
    name: 'Do',
    accessLevel: 'Read',
    resourceTypes: [],
    conditionKeys: [],
    dependentActions: [],
  }
  const written = (change: Partial<PublishedAction>) => {
    const service: PublishedService = {
      prefix: 'acme',
      name: 'Acme',
      actions: { do: { ...action, ...change } },
      resourceTypes: {},
      conditionKeys: {},
    }
    return actionCatalogue({ services: [service], globalKeys: [], updatedAt: '2026-01-02T03:04:05Z' })
  }
  const thing = { name: 'thing', required: true, conditionKeys: [], dependentActions: [] }
  assert.equal(written({}).size, 2)
  assert.throws(() => written({ accessLevel: 'Gaze' }), /acme:Do has an unknown level of access: Gaze/)
  assert.throws(() => written({ resourceTypes: [thing] }), /acme:Do names an unknown type of resource: thing/)
  assert.throws(() => written({ conditionKeys: ['acme:Colour'] }), /there is no condition key acme:Colour/)
  assert.throws(() => written({ dependentActions: ['iam:PassRole'] }), /acme:Do has dependent actions/)
  assert.throws(() => actionCatalogue({ services: [], globalKeys: [], updatedAt: 'today' }), /not a date: today/)
})

/** Keys as the catalogue lists them: sorted, with placeholders of one form. */
function listed(keys: readonly string[]): readonly string[] {
  return keys.map(bare).sort()
}

function bare(key: string): string {
  return key.replace('<key>', '${key}')
}
