import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import {
  CreateAccessKeyCommand,
  CreateUserCommand,
  PutUserPolicyCommand,
  SimulatePrincipalPolicyCommand,
} from '@aws-sdk/client-iam'
import { type AuthorizerDoor, acme, type Json, openAuthorizer } from './door.ts'

const account = '111122223333'
let door: AuthorizerDoor

before(async () => {
  door = await openAuthorizer(account)
  assert.equal((await door.registerAcme()).status, 200)
})
after(() => door.close())

function member(value: Json | undefined, name: string): Json | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? value[name] : undefined
}

async function refusal(method: string, path: string, body: unknown): Promise<string> {
  const { status, body: told } = await door.ask(method, path, body)
  assert.equal(status, 400, JSON.stringify(told))
  assert.equal(member(told, '__type'), 'ValidationException')
  return String(member(told, 'message'))
}

describe('a registered service', () => {
  test('is listed, shown, replaced and removed', async () => {
    const { body: listed } = await door.ask('GET', '/v1/services')
    assert.match(JSON.stringify(listed), /"prefix":"acme","arn":"arn:aws:cardea::111122223333:service\/acme"/)
    assert.deepEqual(member((await door.ask('GET', '/v1/services/acme')).body, 'definition'), acme)
    const other = { actions: { Run: { accessLevel: 'Write' } } }
    assert.equal(member((await door.ask('PUT', '/v1/services/other', other)).body, 'replaced'), false)
    assert.equal(member((await door.ask('PUT', '/v1/services/other', other)).body, 'replaced'), true)
    assert.equal((await door.ask('DELETE', '/v1/services/other')).status, 200)
    for (const method of ['GET', 'DELETE']) assert.equal((await door.ask(method, '/v1/services/other')).status, 404)
  })

  test('may not take the prefix of a service of AWS, or of Cardea', async () => {
    for (const prefix of ['iam', 's3', 'sts', 'cardea', 'execute-api', 'aws'])
      assert.match(await refusal('PUT', `/v1/services/${prefix}`, acme), /is the prefix of a service/)
    for (const prefix of ['A', 'Acme', '1', 'a_b', '-a']) await refusal('PUT', `/v1/services/${prefix}`, acme)
  })

  test('must be wholly right: each member that is wrong is named', async () => {
    const photo = 'arn:aws:acme:${Region}:${Account}:photo/${Id}'
    const route = {
      method: 'GET',
      path: '/p/{Id}',
      action: 'acme:Get',
      resource: 'arn:aws:acme:${Region}:${Account}:photo/{Id}',
    }
    const good = {
      resourceTypes: { photo: { arn: photo } },
      actions: { Get: { accessLevel: 'Read', resourceTypes: ['photo'], conditionKeys: ['acme:Size'] } },
      conditionKeys: { 'acme:Size': 'Numeric' },
      routes: [route],
    }
    const wrong: readonly (readonly [object, RegExp])[] = [
      [{ ...good, colour: 1 }, /colour, which is not known/],
      [{ ...good, actions: {} }, /must have actions/],
      [{ ...good, actions: { get: { accessLevel: 'Read' } } }, /name of the action get/],
      [{ ...good, actions: { ...good.actions, GET: { accessLevel: 'Read' } } }, /there twice/],
      [{ ...good, actions: { Get: { accessLevel: 'Look' } } }, /accessLevel/],
      [
        { ...good, actions: { Get: { accessLevel: 'Read', resourceTypes: ['album'] } } },
        /album, which is no resource type/,
      ],
      [{ ...good, resourceTypes: { photo: { arn: 'arn:aws:s3:::${Bucket}' } } }, /its service is not acme/],
      [
        { ...good, resourceTypes: { photo: { arn: 'arn:aws:acme:${Region}:444455556666:photo/${Id}' } } },
        /account must be/,
      ],
      [{ ...good, resourceTypes: { photo: { arn: 'photo/${Id}' } } }, /must be an ARN with variables/],
      [{ ...good, conditionKeys: { 'aws:SourceIp': 'String' } }, /must be acme:/],
      [{ ...good, conditionKeys: { 'acme:Size': 'Weight' } }, /one of the types/],
      [
        {
          ...good,
          routes: [route, { ...route, path: '/p/{Other}', resource: route.resource.replace('{Id}', '{Other}') }],
        },
        /could be either/,
      ],
      [{ ...good, routes: [{ ...route, path: '/p/{Id+}/x' }] }, /at its end only/],
      [{ ...good, routes: [{ ...route, path: '/p/../{Id}' }] }, /neither a plain text/],
      [
        { ...good, routes: [{ ...route, resource: 'arn:aws:acme:${Region}:${Account}:photo/{Name}' }] },
        /which the path has not/,
      ],
      [{ ...good, routes: [{ ...route, resource: '*' }] }, /must be the ARN of a photo/],
      [{ ...good, routes: [{ ...route, action: 'acme:Put' }] }, /an action of the service/],
      [
        { ...good, routes: [{ ...route, context: { 'acme:Size': 'cookie.size' } }] },
        /path.NAME, query.NAME or header.NAME/,
      ],
    ]
    for (const [definition, words] of wrong) assert.match(await refusal('PUT', '/v1/services/acme', definition), words)
    assert.deepEqual(member((await door.ask('GET', '/v1/services/acme')).body, 'definition'), acme)
  })

  test('is of its account alone', async () => {
    const stranger = await door.addAccount('444455556666')
    assert.deepEqual((await door.ask('GET', '/v1/services', undefined, stranger)).body, { services: [] })
    const asked = { principal: 'arn:aws:iam::444455556666:root', action: 'acme:ListPhotos' }
    const { body } = await door.ask('POST', '/v1/authorize', asked, stranger)
    assert.equal(member(body, 'decision'), 'refused')
  })

  test('needs a permission for each thing', async () => {
    await door.iam.send(new CreateUserCommand({ UserName: 'nobody' }))
    const { AccessKey } = await door.iam.send(new CreateAccessKeyCommand({ UserName: 'nobody' }))
    const key = { accessKeyId: AccessKey?.AccessKeyId ?? '', secretAccessKey: AccessKey?.SecretAccessKey ?? '' }
    const calls = [
      ['PUT', '/v1/services/acme', 'RegisterService'],
      ['GET', '/v1/services/acme', 'GetService'],
      ['DELETE', '/v1/services/acme', 'DeregisterService'],
      ['GET', '/v1/services', 'ListServices'],
      ['POST', '/v1/complete', 'ListServices'],
      ['POST', '/v1/check-policy', 'CheckPolicy'],
    ] as const
    for (const [method, path, action] of calls) {
      const { status, body } = await door.ask(
        method,
        path,
        method === 'GET' || method === 'DELETE' ? undefined : {},
        key,
      )
      assert.equal(status, 403, path)
      assert.match(String(member(body, 'message')), new RegExp(`cardea:${action}\\b`))
    }
  })

  test('is known to completion, with the services of AWS', async () => {
    const complete = async (text: string) => (await door.ask('POST', '/v1/complete', { text })).body
    assert.deepEqual(await complete('ACME:g'), { actions: ['acme:GetPhoto'], conditionKeys: [], more: false })
    assert.deepEqual(member(await complete('acme:la'), 'conditionKeys'), ['acme:Label/${Name}', 'acme:Labels'])
    assert.match(JSON.stringify(await complete('ac')), /"acme:"/)
    assert.match(JSON.stringify(await complete('iam:CreateUs')), /"iam:CreateUser"/)
  })

  test('is known to checks of policies', async () => {
    const check = async (statement: object) => {
      const policy = JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', ...statement }] })
      const findings = member((await door.ask('POST', '/v1/check-policy', { policy })).body, 'findings')
      return Array.isArray(findings) ? findings.map((one) => member(one, 'code')) : undefined
    }
    const arn = `arn:aws:acme:us-east-1:${account}:photo/1`
    const when = (key: string) => ({ Condition: { StringEquals: { [key]: 'x' } } })
    assert.deepEqual(await check({ Action: ['acme:Get*', 's3:GetObject'], Resource: arn, ...when('ACME:album') }), [])
    assert.deepEqual(await check({ Action: 'acme:GetFoto', Resource: '*' }), ['UnknownAction'])
    assert.deepEqual(await check({ Action: 'acne:GetPhoto', Resource: '*' }), ['UnknownService'])
    assert.deepEqual(await check({ Action: 'acme:GetPhoto', Resource: '*', ...when('acme:Colour') }), [
      'UnknownConditionKey',
    ])
    assert.deepEqual(await check({ Action: 'acme:DeletePhoto', Resource: '*', ...when('acme:Album') }), [
      'UnknownConditionKey',
    ])
    assert.deepEqual(await check({ Action: 'acme:GetPhoto', Resource: `arn:aws:acme:us-east-1:${account}:foto/1` }), [
      'OtherResource',
    ])
    assert.deepEqual(await check({ Action: 'acme:GetPhoto' }), ['Grammar'])
  })

  test('is known to the simulator, which says which of its keys are missing', async () => {
    await door.iam.send(new CreateUserCommand({ UserName: 'sim' }))
    const Statement = {
      Effect: 'Allow',
      Action: 'acme:GetPhoto',
      Resource: '*',
      Condition: { StringEquals: { 'acme:Album': 'x' } },
    }
    const PolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement })
    await door.iam.send(new PutUserPolicyCommand({ UserName: 'sim', PolicyName: 'p', PolicyDocument }))
    const simulate = async (values?: readonly string[]) => {
      const { EvaluationResults } = await door.iam.send(
        new SimulatePrincipalPolicyCommand({
          PolicySourceArn: `arn:aws:iam::${account}:user/sim`,
          ActionNames: ['acme:GetPhoto'],
          ResourceArns: [`arn:aws:acme:us-east-1:${account}:photo/1`],
          ...(values && {
            ContextEntries: [{ ContextKeyName: 'acme:Album', ContextKeyType: 'string', ContextKeyValues: [...values] }],
          }),
        }),
      )
      return EvaluationResults?.[0]
    }
    assert.equal((await simulate(['x']))?.EvalDecision, 'allowed')
    assert.deepEqual((await simulate())?.MissingContextValues, ['acme:Album'])
  })
})
