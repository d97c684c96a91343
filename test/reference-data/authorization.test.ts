import assert from 'node:assert/strict'
import { test } from 'node:test'
import { actionFacts, modelOf } from '#models'
import { type Operation, operations } from '#services'
import { differences, isOf } from './difference.ts'
import { callers, type Permission, permissionsOf } from './permission.ts'
import { account, openSample, sampledServices, sampleInput } from './sample.ts'

/** Where an operation departs from what AWS publishes of its action, and why that is right. */
const justified: readonly { readonly reason: string; readonly lines: readonly string[] }[] = [
  {
    reason: 'AWS publishes no resource for these listings, but asks for the path and names it when it denies.',
    lines: [
      'iam:ListGroups touches group/…',
      'iam:ListInstanceProfiles touches instance-profile/…',
      'iam:ListRoles touches role/…',
      'iam:ListUsers touches user/…',
    ],
  },
  {
    reason: 'What is being made has no tags yet: only those of the request count.',
    lines: [
      'iam:CreateInstanceProfile lacks aws:ResourceTag/${TagKey}',
      'iam:CreateOpenIDConnectProvider lacks aws:ResourceTag/${TagKey}',
      'iam:CreatePolicy lacks aws:ResourceTag/${TagKey}',
      'iam:CreateRole lacks aws:ResourceTag/${TagKey}',
      'iam:CreateRole lacks iam:ResourceTag/${TagKey}',
      'iam:CreateSAMLProvider lacks aws:ResourceTag/${TagKey}',
      'iam:CreateServiceLinkedRole lacks aws:ResourceTag/${TagKey}',
      'iam:CreateServiceLinkedRole lacks iam:ResourceTag/${TagKey}',
      'iam:CreateUser lacks aws:ResourceTag/${TagKey}',
      'iam:CreateUser lacks iam:ResourceTag/${TagKey}',
      'iam:CreateVirtualMFADevice lacks aws:ResourceTag/${TagKey}',
      'iam:UploadServerCertificate lacks aws:ResourceTag/${TagKey}',
    ],
  },
  {
    reason: 'No role here is made from a template, so the key is absent.',
    lines: [
      'iam:AttachRolePolicy lacks iam:RoleTemplateARN',
      'iam:CreateRole lacks iam:RoleTemplateARN',
      'iam:GetRole lacks iam:RoleTemplateARN',
      'iam:PutRolePermissionsBoundary lacks iam:RoleTemplateARN',
      'iam:PutRolePolicy lacks iam:RoleTemplateARN',
      'iam:TagRole lacks iam:RoleTemplateARN',
    ],
  },
  {
    reason: 'A role goes into an instance profile before any instance is known that will use it.',
    lines: ['iam:PassRole lacks iam:AssociatedResourceArn'],
  },
  {
    reason: 'The page of the operation and the user guide name the action; the reference does not list it yet.',
    lines: ['iam:UpdateDelegationRequest is not an action', 'sts:GetScopedCredentials is not an action'],
  },
  {
    reason:
      'There is no action of the name: a template would ask for the permissions of what it makes, and there is none.',
    lines: ['iam:AcquireRole asks for nothing'],
  },
  {
    reason: 'A role that was deleted has no tags any more.',
    lines: [
      'iam:GetServiceLinkedRoleDeletionStatus lacks aws:ResourceTag/${TagKey}',
      'iam:GetServiceLinkedRoleDeletionStatus lacks iam:ResourceTag/${TagKey}',
    ],
  },
  {
    reason: 'A delegation request that is being made has no owner yet.',
    lines: ['iam:CreateDelegationRequest lacks iam:DelegationRequestOwner'],
  },
  {
    reason: 'A key that is not there belongs to no user.',
    lines: ['iam:GetAccessKeyLastUsed touches *'],
  },
  {
    reason: 'Security keys are registered in the console; the operation enables devices that show codes.',
    lines: [
      'iam:EnableMFADevice lacks iam:FIDO-FIPS-140-2-certification',
      'iam:EnableMFADevice lacks iam:FIDO-FIPS-140-3-certification',
      'iam:EnableMFADevice lacks iam:FIDO-certification',
      'iam:EnableMFADevice lacks iam:RegisterSecurityKey',
    ],
  },
  {
    reason: 'What an identity provider says is in its token or assertion: claims, tags, names. The sample has none.',
    lines: ['sts:AssumeRoleWithSAML', 'sts:AssumeRoleWithWebIdentity'].flatMap((action) =>
      (actionFacts(action)?.conditionKeys ?? [])
        .filter((key) => action === 'sts:AssumeRoleWithSAML' || key !== 'sts:RoleSessionName')
        .map((key) => `${action} lacks ${key}`),
    ),
  },
  {
    reason: 'Claims of identity providers come with the operations that take their tokens.',
    lines: (actionFacts('sts:AssumeRole')?.conditionKeys ?? [])
      .filter((key) => /^(?:saml|[a-z.-]+\.com):/.test(key))
      .map((key) => `sts:AssumeRole lacks ${key}`),
  },
  {
    reason:
      'Whoever has credentials may learn whose they are, and a user may have a session of its own (rules S-30, S-31).',
    lines: ['sts:GetCallerIdentity asks for nothing', 'sts:GetSessionToken asks for nothing'],
  },
  {
    reason: 'Without a name the caller is meant: the root is no user, and a session is refused whatever it may do.',
    lines: [
      ...['CreateAccessKey', 'DeleteAccessKey', 'GetUser', 'ListAccessKeys', 'UpdateAccessKey'],
      ...['CreateLoginProfile', 'DeleteLoginProfile', 'GetLoginProfile', 'ChangePassword'],
      ...['DeactivateMFADevice', 'GetMFADevice', 'ListMFADevices', 'ListSSHPublicKeys'],
      ...['Delete', 'List', 'Update', 'Upload'].map((verb) => `${verb}SigningCertificate${verb === 'List' ? 's' : ''}`),
      ...['Delete', 'List', 'Reset', 'Update'].map(
        (verb) => `${verb}ServiceSpecificCredential${verb === 'List' ? 's' : ''}`,
      ),
    ].flatMap((name) => [`iam:${name} touches root`, `iam:${name} touches *`]),
  },
]

test('every operation asks for what AWS publishes of its action, but for the differences that are justified', async () => {
  const found = new Set<string>()
  const asked = await everyPermission()
  for (const { permission, whole } of asked) for (const line of differences(permission, whole)) found.add(line)
  const asking = new Set(asked.map(({ operation }) => operation))
  for (const [name, operation] of operations) if (!asking.has(operation)) found.add(`${name} asks for nothing`)
  const known = new Set(justified.flatMap(({ lines }) => lines))
  const unexplained = [...found].filter((line) => !known.has(line))
  const gone = [...known].filter((line) => !found.has(line) && !waits(line))
  assert.deepEqual({ unexplained, gone }, { unexplained: [], gone: [] })
})

test('an operation that asks for an action before its run asks for that of its own name', () => {
  // A certificate asks for a session of a role, as a service does that assumes one.
  const otherwise = new Map([['rolesanywhere:CreateSession', 'sts:AssumeRole']])
  for (const [name, { action }] of operations)
    if (action !== undefined) assert.equal(action, otherwise.get(name) ?? name)
})

test('who hands a role over is asked for iam:PassRole on that role, and on no other thing', async () => {
  const passing = (await everyPermission()).filter(
    ({ permission, whole }) => whole && permission.action === 'iam:PassRole',
  )
  assert.deepEqual([...new Set(passing.map(({ operation }) => operation.name))], ['AddRoleToInstanceProfile'])
  for (const { permission } of passing) {
    assert.deepEqual(
      permission.touched.map(({ arn }) => arn),
      [`arn:aws:iam::${account}:role/team/deployer`],
    )
    assert.deepEqual(permission.context, { 'iam:PassedToService': 'ec2.amazonaws.com' })
  }
})

test('an operation that AWS says changes something may write, but for those that only give credentials', () => {
  for (const [name, { service, writes }] of operations) {
    // Credentials are sealed values that carry themselves: to give them changes no account.
    if (service === 'sts') continue
    const level = actionFacts(name)?.accessLevel
    if (level !== undefined && level !== 'List' && level !== 'Read') assert.ok(writes, `${name}: ${level}`)
  }
})

test('each kind of difference is found', () => {
  const user = `arn:aws:iam::${account}:user/team/ada`
  const tags = [{ key: 'Team', value: 'harbour' }]
  const ask = (permission: Partial<Permission>) =>
    differences({ action: 'iam:DeleteUserPolicy', touched: [{ arn: user, tags }], context: {}, ...permission }, true)
  const context = { 'iam:PermissionsBoundary': `arn:aws:iam::${account}:policy/limits` }
  assert.deepEqual(ask({ context }), [])
  assert.deepEqual(ask({ action: 'iam:DropUser' }), ['iam:DropUser is not an action'])
  assert.deepEqual(ask({ action: 'iam:deleteUser' }), ['iam:deleteUser is written iam:DeleteUser'])
  assert.deepEqual(ask({}), ['iam:DeleteUserPolicy lacks iam:PermissionsBoundary'])
  assert.deepEqual(ask({ context: { ...context, 'aws:TagKeys': ['Team'] } }), ['iam:DeleteUserPolicy adds aws:TagKeys'])
  assert.deepEqual(ask({ context, touched: [] }), ['iam:DeleteUserPolicy touches nothing'])
  assert.deepEqual(ask({ context, touched: [{ arn: '*' }] }), ['iam:DeleteUserPolicy touches *'])
  const role = { arn: `arn:aws:iam::${account}:role/team/ada` }
  assert.deepEqual(ask({ context, touched: [{ arn: user, tags }, role] }), ['iam:DeleteUserPolicy touches role/…'])
  assert.deepEqual(ask({ action: 'iam:ListPolicies', touched: [role] }), ['iam:ListPolicies touches role/…'])
  const untagged = ['aws:ResourceTag/${TagKey}', 'iam:ResourceTag/${TagKey}'].map((key) => `iam:GetUser lacks ${key}`)
  assert.deepEqual(ask({ action: 'iam:GetUser', touched: [{ arn: user }] }), untagged)
})

test('a form of an ARN or a key has its variable parts filled, and its colons in place', () => {
  const form = 'arn:${Partition}:iam::${Account}:user/${UserNameWithPath}'
  assert.ok(isOf(form, 'arn:aws:iam::111122223333:user/a/b'))
  assert.ok(!isOf(form, 'arn:aws:iam::111122223333:user/'))
  assert.ok(!isOf(form, 'arn:aws:iam:::user/ada'))
  assert.ok(!isOf(form, 'arn:aws:iam::111122223333:role/x:user/ada'))
  assert.ok(isOf('aws:RequestTag/${TagKey}', 'aws:RequestTag/a:b'))
  assert.ok(!isOf('aws:RequestTag/${TagKey}', 'aws:requesttag/a'))
})

interface Asked {
  readonly operation: Operation
  readonly permission: Permission
  readonly whole: boolean
}

let every: Promise<readonly Asked[]> | undefined

/** What all operations ask for, by every kind of caller, with little and with much in the input, of nouns that are there and that are not. */
function everyPermission(): Promise<readonly Asked[]> {
  every ??= tryAll()
  return every
}

async function tryAll(): Promise<readonly Asked[]> {
  const asked: Asked[] = []
  for (const nouns of ['with nouns', 'without nouns'] as const) {
    const store = await openSample(nouns)
    for (const operation of operations.values())
      for (const amount of ['required', 'all'] as const)
        for (const caller of callers) {
          const input = sampleInput(operation, amount)
          const whole = nouns === 'with nouns' && amount === 'all' && sampledServices.includes(operation.service)
          for (const permission of await permissionsOf({ operation, input, caller, store }))
            asked.push({ operation, permission, whole })
        }
    await store.close()
  }
  return asked
}

/** Whether the operation that a line is about is not built yet. */
function waits(line: string): boolean {
  const [action = ''] = line.split(' ')
  const [service = '', name = ''] = action.split(':')
  return modelOf(service).operations[name] !== undefined && !operations.has(action)
}
