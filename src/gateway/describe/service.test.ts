import assert from 'node:assert/strict'
import { test } from 'node:test'
import { actionFacts, serviceActions, surfaceOf } from '#models'
import { Fault } from '#protocol'
import { capturing, requestOf } from '../../../test/captured-request.ts'
import { sampleInput } from '../../../test/sample-input.ts'
import { coverage, describe, gatewayServices, identifyTarget, isNotCovered, nameTarget } from './index.ts'

const packages: Readonly<Record<string, string>> = {
  secretsmanager: 'secrets-manager',
  logs: 'cloudwatch-logs',
  events: 'eventbridge',
  states: 'sfn',
}

/** Inputs that the SDK itself does not take. */
const untaken = new Set(['events:PutEvents all'])

interface Client {
  readonly send: unknown
}

async function sdkOf(service: string) {
  const sdk: Readonly<Record<string, unknown>> = await import(`@aws-sdk/client-${packages[service] ?? service}`)
  const [make] = Object.entries(sdk).flatMap(([name, value]) =>
    /^[A-Z][A-Za-z\d]+Client$/.test(name) && typeof value === 'function' ? [value] : [],
  )
  const client: Client = Reflect.construct(make ?? assert.fail(service), [{ ...capturing, forcePathStyle: true }])
  return { client, commandOf: (name: string) => sdk[`${name}Command`] }
}

test('every operation of every service is described, or refused with a reason, and never anything else', async () => {
  const described = new Map<string, number>()
  const covered = new Map(coverage().map(({ service, refused }) => [service, refused]))
  for (const service of gatewayServices) {
    const { client, commandOf } = await sdkOf(service)
    for (const everything of [false, true])
      for (const operation of surfaceOf(service)?.operations.values() ?? []) {
        const name = `${service}:${operation.name}`
        const make = commandOf(operation.name)
        if (typeof make !== 'function' || untaken.has(`${name}${everything ? ' all' : ''}`)) continue
        const input = sampleInput(service, operation, everything)
        const request = await requestOf(client, Reflect.construct(make, [input]))
        try {
          const target = identifyTarget(request, { services: [], bucketDomains: [], scope: service })
          assert.equal(`${target.service}:${nameTarget(target, request).operation}`, name)
          const call = describe(target, { request, account: '123456789012', region: 'eu-west-1', partition: 'aws' })
          assert.ok(call.needs.length > 0, name)
          assert.equal(covered.get(service)?.[operation.name], undefined, `${name} is said to be refused always`)
          for (const need of call.needs) {
            assert.ok(
              actionFacts(need.action) !== undefined,
              `${name} asks for ${need.action}, which AWS does not know`,
            )
            assert.match(need.resource, /^(?:\*|arn:aws:[a-z0-9-]+:[a-z0-9-]*:\d*:.*)$/s, name)
          }
          described.set(service, (described.get(service) ?? 0) + 1)
        } catch (error) {
          if (!(error instanceof Fault) || error.status >= 500) throw error
          assert.ok(isNotCovered(error) || error.status === 400, `${name}: ${error.message}`)
        }
      }
  }
  for (const service of gatewayServices)
    assert.ok((described.get(service) ?? 0) > 40, `${service} ${described.get(service)}`)
})

test('coverage tells of every operation whether it is enforced or refused, and why', () => {
  for (const { service, enforced, refused } of coverage()) {
    const all = [...(surfaceOf(service)?.operations.keys() ?? [])].sort()
    assert.deepEqual([...enforced, ...Object.keys(refused)].sort(), all)
    for (const reason of Object.values(refused)) assert.ok(reason.length > 10)
  }
  const [s3] = coverage(['s3'])
  assert.ok(s3?.enforced.includes('CopyObject'))
  assert.ok(s3?.refused['CreateSession']?.includes('directory buckets'))
  assert.deepEqual(coverage(['iam', 'nothing']), [])
})

test('every resource that a rule asks for has the form of a type that the action can touch', async () => {
  const { client, commandOf } = await sdkOf('s3')
  for (const operation of surfaceOf('s3')?.operations.values() ?? []) {
    const make = commandOf(operation.name)
    if (typeof make !== 'function') continue
    const request = await requestOf(client, Reflect.construct(make, [sampleInput('s3', operation, true)]))
    try {
      const target = identifyTarget(request, { services: ['s3'], bucketDomains: [] })
      const { needs } = describe(target, { request, account: '123456789012', region: 'eu-west-1', partition: 'aws' })
      for (const { action, resource } of needs.filter((need) => need.action.startsWith('s3:'))) {
        const types = serviceActions('s3')?.actions.find((facts) => facts.action === action)?.resourceTypes ?? []
        const names = types.map(({ type }) => type.name)
        const kind = resource === '*' ? undefined : resource.split(':::')[1]?.includes('/') ? 'object' : 'bucket'
        assert.ok(
          kind === undefined ? names.length === 0 : names.includes(kind),
          `${operation.name}: ${action} on ${resource}`,
        )
      }
    } catch (error) {
      if (!(error instanceof Fault)) throw error
    }
  }
})
