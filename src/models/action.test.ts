import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import process from 'node:process'
import { test } from 'node:test'
import {
  actionCatalogueDate,
  actionFacts,
  conditionKeyType,
  serviceActions,
  serviceName,
  servicePrefixes,
} from '#models'

test('an action is found in any case of letters, with its level, its resource types and its keys', () => {
  const facts = actionFacts('IAM:createuser')
  assert.equal(facts?.action, 'iam:CreateUser')
  assert.equal(facts?.accessLevel, 'Write')
  assert.deepEqual(
    facts?.resourceTypes.map(({ type, required }) => [type.name, type.arn, required]),
    [['user', 'arn:${Partition}:iam::${Account}:user/${UserNameWithPath}', true]],
  )
  assert.deepEqual(facts?.conditionKeys, ['aws:RequestTag/${TagKey}', 'aws:TagKeys', 'iam:PermissionsBoundary'])
  assert.equal(actionFacts('iam:CreateUser'), facts)
})

test('every level of access is one of the five that AWS names', () => {
  const levelOf = (action: string) => actionFacts(action)?.accessLevel
  assert.equal(levelOf('iam:ListUsers'), 'List')
  assert.equal(levelOf('iam:GetUser'), 'Read')
  assert.equal(levelOf('iam:TagUser'), 'Tagging')
  assert.equal(levelOf('iam:PutUserPolicy'), 'Permissions management')
  assert.equal(levelOf('s3:PutObject'), 'Write')
})

test('keys of one resource of an action stand beside that resource', () => {
  const image = actionFacts('ec2:RunInstances')?.resourceTypes.find(({ type }) => type.name === 'image')
  assert.ok(image?.required)
  assert.ok(image?.conditionKeys.includes('ec2:ImageType'))
  assert.ok(!actionFacts('ec2:RunInstances')?.conditionKeys.includes('ec2:ImageType'))
})

test('an action that only the star grants has no resource types', () => {
  assert.deepEqual(actionFacts('s3:ListAllMyBuckets')?.resourceTypes, [])
})

test('what AWS does not publish is not there', () => {
  for (const action of ['', ':', 'iam', 'iam:', 'iam:*', 'iam:Create*', 'iam:CreateUsers', 'ia:CreateUser', 'x:y:z'])
    assert.equal(actionFacts(action), undefined, action)
  for (const prefix of ['', '*', 'constructor', '__proto__', 'iam:', 'i am']) {
    assert.equal(serviceActions(prefix), undefined, prefix)
    assert.equal(serviceName(prefix), undefined, prefix)
  }
  for (const name of ['constructor', '__proto__', 'toString']) {
    assert.equal(actionFacts(`iam:${name}`), undefined, name)
    assert.equal(conditionKeyType(`iam:${name}`), undefined, name)
  }
})

test('services are known by their prefix, sorted, each with its name', () => {
  const prefixes = servicePrefixes()
  assert.deepEqual(prefixes, [...new Set(prefixes)].sort())
  assert.equal(serviceName('iam'), 'AWS Identity and Access Management (IAM)')
  assert.equal(serviceName('S3'), 'Amazon S3')
  for (const prefix of prefixes) assert.notEqual(serviceName(prefix), '', prefix)
})

test('every service reads whole, and whatever its actions name is in it', () => {
  for (const prefix of servicePrefixes()) {
    const service = serviceActions(prefix) ?? assert.fail(prefix)
    const keys = new Set(service.conditionKeys.map(({ key }) => key))
    const lists = service.resourceTypes.map(({ conditionKeys }) => conditionKeys)
    for (const facts of service.actions) {
      assert.equal(actionFacts(facts.action), facts)
      assert.ok(facts.resourceTypes.every(({ type }) => service.resourceTypes.includes(type)))
      lists.push(facts.conditionKeys, ...facts.resourceTypes.map(({ conditionKeys }) => conditionKeys))
    }
    for (const key of lists.flat()) assert.ok(keys.has(key), `${prefix}: ${key}`)
  }
})

test('nobody can change what is shared', () => {
  const service = serviceActions('iam')
  const shared = [service, service?.actions, service?.actions[0], service?.actions[0]?.resourceTypes]
  const lists = [service?.resourceTypes, service?.conditionKeys, actionFacts('iam:CreateUser')?.conditionKeys]
  for (const value of [...shared, ...lists]) assert.ok(Object.isFrozen(value))
})

test('a condition key has its type in any case of letters', () => {
  assert.equal(conditionKeyType('aws:SourceIp'), 'IPAddress')
  assert.equal(conditionKeyType('AWS:sourceip'), 'IPAddress')
  assert.equal(conditionKeyType('aws:TagKeys'), 'ArrayOfString')
  assert.equal(conditionKeyType('s3:max-keys'), 'Numeric')
  assert.equal(conditionKeyType('iam:PolicyARN'), 'ARN')
})

test('a key with a variable part is known by what stands around it, and the part is not empty', () => {
  assert.equal(conditionKeyType('aws:RequestTag/Cost Center/€'), 'String')
  assert.equal(conditionKeyType('aws:PrincipalTag/team'), 'String')
  assert.equal(conditionKeyType('s3:ExistingObjectTag/colour'), 'String')
  assert.equal(conditionKeyType('kms:EncryptionContext:purpose'), 'String')
  assert.equal(conditionKeyType('codebuild:environment.environmentVariables/STAGE.value'), 'String')
  assert.equal(conditionKeyType('codebuild:environment.environmentVariables/STAGE.colour'), undefined)
  assert.equal(conditionKeyType('codebuild:environment.environmentVariables/.value'), undefined)
  assert.equal(conditionKeyType('aws:RequestTag/'), undefined)
  assert.equal(conditionKeyType('aws:RequestTag'), undefined)
})

test('a key that a service of another prefix reads has its type', () => {
  assert.equal(conditionKeyType('saml:aud'), 'String')
  assert.equal(conditionKeyType('accounts.google.com:google/organization_number'), 'Numeric')
  assert.equal(conditionKeyType('token.actions.acme.ghe.com:repository'), 'String')
  assert.equal(conditionKeyType('token.actions.ghe.com:repository'), undefined)
  assert.equal(conditionKeyType('identitystore:UserId'), 'String', 'the key’s own service decides')
})

test('a key that AWS does not know has no type, however long it is', () => {
  for (const key of ['', ':', 'aws:', 'iam', 'iam:Colour', 'nowhere:key', 'aws:SourceIp ', ' aws:SourceIp'])
    assert.equal(conditionKeyType(key), undefined, key)
  const began = performance.now()
  for (const start of ['codebuild:fileSystemLocations/', 'agent.', 'x'])
    assert.equal(conditionKeyType(`${start}${'/.location'.repeat(100_000)}!`), undefined)
  assert.ok(performance.now() - began < 1000)
})

test('the catalogue says of which day it is', () => {
  assert.match(actionCatalogueDate, /^20\d\d-[01]\d-[0-3]\d$/)
})

test('the first use is quick and small', () => {
  const script = `
    import { actionFacts } from '#models'
    globalThis.gc()
    const before = process.memoryUsage()
    const began = performance.now()
    actionFacts('s3:GetObject')
    const ms = performance.now() - began
    globalThis.gc()
    const after = process.memoryUsage()
    console.log(JSON.stringify({ ms, bytes: after.heapUsed + after.external - before.heapUsed - before.external }))`
  const flags = ['--expose-gc', '--input-type=module', '--eval', script]
  const { ms, bytes } = JSON.parse(execFileSync(process.execPath, flags, { encoding: 'utf8' }))
  assert.ok(ms < 60 * slack, `${ms} ms`)
  assert.ok(bytes < 5_000_000, `${bytes} bytes`)
})

/** Room for a machine that is busy with other tests: it takes 7 ms when it is not. */
const slack = 5
