import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import {
  CreateGroupCommand,
  CreateRoleCommand,
  CreateUserCommand,
  DeleteGroupPolicyCommand,
  DeleteRolePolicyCommand,
  DeleteUserPolicyCommand,
  GetGroupPolicyCommand,
  GetRolePolicyCommand,
  GetUserPolicyCommand,
  ListGroupPoliciesCommand,
  ListRolePoliciesCommand,
  ListUserPoliciesCommand,
  PutGroupPolicyCommand,
  PutRolePolicyCommand,
  PutUserPolicyCommand,
} from '@aws-sdk/client-iam'
import { openFrontDoor } from '../../../test/front-door.ts'

const door = await openFrontDoor()
after(() => door.close())
const { iam } = door

const AssumeRolePolicyDocument =
  '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}}'
await iam.send(new CreateUserCommand({ UserName: 'user' }))
await iam.send(new CreateGroupCommand({ GroupName: 'group' }))
await iam.send(new CreateRoleCommand({ RoleName: 'role', AssumeRolePolicyDocument }))

const named = { UserName: 'user', GroupName: 'group', RoleName: 'role' }

/** The four operations of each kind of owner. */
const owners = {
  user: {
    put: (PolicyName: string, PolicyDocument: string) =>
      iam.send(new PutUserPolicyCommand({ ...named, PolicyName, PolicyDocument })),
    get: (PolicyName: string) => iam.send(new GetUserPolicyCommand({ ...named, PolicyName })),
    list: (page: object) => iam.send(new ListUserPoliciesCommand({ ...named, ...page })),
    remove: (PolicyName: string) => iam.send(new DeleteUserPolicyCommand({ ...named, PolicyName })),
    most: 2048,
  },
  group: {
    put: (PolicyName: string, PolicyDocument: string) =>
      iam.send(new PutGroupPolicyCommand({ ...named, PolicyName, PolicyDocument })),
    get: (PolicyName: string) => iam.send(new GetGroupPolicyCommand({ ...named, PolicyName })),
    list: (page: object) => iam.send(new ListGroupPoliciesCommand({ ...named, ...page })),
    remove: (PolicyName: string) => iam.send(new DeleteGroupPolicyCommand({ ...named, PolicyName })),
    most: 5120,
  },
  role: {
    put: (PolicyName: string, PolicyDocument: string) =>
      iam.send(new PutRolePolicyCommand({ ...named, PolicyName, PolicyDocument })),
    get: (PolicyName: string) => iam.send(new GetRolePolicyCommand({ ...named, PolicyName })),
    list: (page: object) => iam.send(new ListRolePoliciesCommand({ ...named, ...page })),
    remove: (PolicyName: string) => iam.send(new DeleteRolePolicyCommand({ ...named, PolicyName })),
    most: 10240,
  },
} as const

/** A document of exactly that many characters that count. */
function sized(size: number): string {
  const document = (action: string) =>
    `{ "Version": "2012-10-17", "Statement": { "Effect": "Allow", "Action": "s3:${action}", "Resource": "*" } }`
  const counted = document('').replaceAll(' ', '').length
  return document('x'.repeat(size - counted))
}

for (const [kind, { put, get, list, remove, most }] of Object.entries(owners)) {
  test(`an inline policy of a ${kind} comes back as it was given, and is replaced by one of the same name`, async () => {
    await put('p', sized(200))
    assert.equal(decodeURIComponent((await get('p')).PolicyDocument ?? ''), sized(200))
    await put('p', sized(300))
    assert.equal(decodeURIComponent((await get('p')).PolicyDocument ?? ''), sized(300))
    assert.deepEqual((await list({})).PolicyNames, ['p'])
    await remove('p')
  })

  test(`inline policies of a ${kind} are listed in pages, by name`, async () => {
    for (const name of ['c', 'a', 'b']) await put(name, sized(150))
    const first = await list({ MaxItems: 2 })
    const last = await list({ MaxItems: 2, Marker: first.Marker })
    assert.deepEqual([first.PolicyNames, last.PolicyNames], [['a', 'b'], ['c']])
    for (const name of ['a', 'b', 'c']) await remove(name)
  })

  test(`names of inline policies of a ${kind} that differ in the case of letters only are two names`, async () => {
    for (const name of ['q', 'p', 'P', 'Q']) await put(name, sized(150))
    const seen: string[] = []
    let Marker: string | undefined
    do {
      const found = await list({ MaxItems: 1, Marker })
      seen.push(...(found.PolicyNames ?? []))
      Marker = found.Marker
    } while (Marker !== undefined)
    assert.deepEqual(seen.toSorted(), ['P', 'Q', 'p', 'q'])
    for (const name of seen) await remove(name)
  })

  test(`an inline policy of a ${kind} that is not there is NoSuchEntity`, async () => {
    const message = `The ${kind} policy with name none cannot be found.`
    await assert.rejects(get('none'), { name: 'NoSuchEntityException', message })
    await assert.rejects(remove('none'), { name: 'NoSuchEntityException', message })
  })

  test(`inline policies of a ${kind} have ${most} characters together, white space not counted`, async () => {
    await put('small', sized(200))
    await put('rest', sized(most - 200))
    await assert.rejects(put('rest', sized(most - 199)), {
      name: 'LimitExceededException',
      message: `Maximum policy size of ${most} bytes exceeded for ${kind} ${kind}`,
    })
    await put('rest', sized(most - 201))
    await remove('small')
    await remove('rest')
  })

  test(`a document that is no policy is not put on a ${kind}`, async () => {
    await assert.rejects(put('bad', '{"Version":"2012-10-17","Statement":[]'), {
      name: 'MalformedPolicyDocumentException',
    })
    assert.deepEqual((await list({})).PolicyNames, [])
  })
}
