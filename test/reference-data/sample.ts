import { type Member, modelOf, type Shape } from '#models'
import type { Operation } from '#services'
import { openStore, type Store, type Tables } from '#store'

/** The services whose nouns the sample holds. */
export const sampledServices: readonly string[] = ['iam', 'sts']

/** The account that the samples lie in. */
export const account = '111122223333'

const tags = [{ key: 'Team', value: 'harbour' }]
const createdAt = Date.UTC(2026, 0, 15)
const common = { account, path: '/team/', createdAt }
const boundary = `arn:aws:iam::${account}:policy/team/limits`
const allow = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:GetObject","Resource":"*"}]}'
const trust = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"${account}"},"Action":"sts:AssumeRole"}]}`

/** What members of inputs say, by their names. What is not here is made from the model where it is required. */
const values: Readonly<Record<string, unknown>> = {
  UserName: 'ada',
  GroupName: 'writers',
  RoleName: 'deployer',
  InstanceProfileName: 'web',
  PolicyName: 'notes',
  NewUserName: 'grace',
  NewGroupName: 'readers',
  NewPath: '/moved/',
  Path: '/team/',
  PathPrefix: '/team/',
  PolicyArn: boundary,
  PermissionsBoundary: boundary,
  PolicyDocument: allow,
  AssumeRolePolicyDocument: trust,
  VersionId: 'v1',
  AccessKeyId: 'AKIAIOSFODNN7SAMPLE1',
  AccountAlias: 'harbour',
  Arn: `arn:aws:iam::${account}:user/team/ada`,
  ServiceNamespaces: ['s3'],
  Tags: [{ Key: 'Colour', Value: 'blue' }],
  TagKeys: ['Team'],
  RoleArn: `arn:aws:iam::${account}:role/team/deployer`,
  roleArn: `arn:aws:iam::${account}:role/team/deployer`,
  resourceArn: `arn:aws:rolesanywhere:us-east-1:${account}:trust-anchor/00000000-0000-4000-8000-000000000000`,
  RoleSessionName: 'session',
  ExternalId: 'harbour-7',
  TargetPrincipal: account,
  TaskPolicyArn: { arn: 'arn:aws:iam::aws:policy/root-task/IAMAuditRootUserCredentials' },
  SourceIdentity: 'ada',
  TransitiveTagKeys: ['Colour'],
  PolicySourceArn: `arn:aws:iam::${account}:user/team/ada`,
  VirtualMFADeviceName: 'token',
  SerialNumber: `arn:aws:iam::${account}:mfa/team/token`,
  ServerCertificateName: 'site',
  ServiceName: 'bedrock.amazonaws.com',
  CredentialAgeDays: 30,
  ServiceSpecificCredentialId: 'ACCASAMPLE00000000001',
  OpenIDConnectProviderArn: `arn:aws:iam::${account}:oidc-provider/login.example.com`,
  SAMLProviderArn: `arn:aws:iam::${account}:saml-provider/login`,
  AWSServiceName: 'ecs.amazonaws.com',
  DeletionTaskId: 'task/aws-service-role/ecs.amazonaws.com/AWSServiceRoleForECS/00000000-0000-4000-8000-000000000000',
  Properties: { 'RoleManager/Enabled': 'true' },
  EntityPath: 'o-a1b2c3d4e5/r-f6g7',
  OrganizationsPolicyId: 'p-FullAWSAccess',
  DelegationRequestId: 'dr-00000000-0000-4000-8000-000000000000',
  EntityArn: `arn:aws:iam::${account}:delegation-request/dr-00000000-0000-4000-8000-000000000000`,
  OwnerId: `arn:aws:iam::${account}:user/team/ada`,
  Permissions: { PolicyTemplateArn: boundary },
  TemplateArn: 'arn:aws:iam::aws:role-template/ec2.amazonaws.com/Instance:1',
}

/** Makes an input of an operation: with its required members alone, or with every member that has a value here. */
export function sampleInput(
  { service, name }: Operation,
  amount: 'required' | 'all',
): Readonly<Record<string, unknown>> {
  const { operations, shapes } = modelOf(service)
  const shape = shapes[operations[name]?.input ?? '']
  if (shape?.type !== 'structure') return {}
  const members = Object.entries(shape.members).filter(([member]) =>
    amount === 'all' && member in values ? true : shape.required?.includes(member),
  )
  return Object.fromEntries(members.map(([member, use]) => [member, values[member] ?? made(shapes, use)]))
}

type Shapes = Readonly<Record<string, Shape>>

/** A value of the shape that a member, or the item of a list, names; the member's own constraints come first. */
function made(shapes: Shapes, use: Member): unknown {
  const shape = shapes[use.shape]
  switch (shape?.type) {
    case 'structure':
      return Object.fromEntries(
        Object.entries(shape.members)
          .filter(([member]) => shape.required?.includes(member))
          .map(([member, inner]) => [member, made(shapes, inner)]),
      )
    case 'list':
      return [made(shapes, shape.member)]
    case 'map':
      return {}
    case 'boolean':
      return true
    case 'blob':
      return new Uint8Array(1)
    case 'timestamp':
      return new Date(createdAt)
    case 'integer':
    case 'long':
    case 'float':
    case 'double':
      return use.min ?? shape.min ?? 1
    default:
      return (use.enum ?? shape?.enum)?.[0] ?? 'sample'.padEnd(use.min ?? shape?.min ?? 0, '0')
  }
}

/** Opens a store with the account, and in it one of every noun that the samples name, with tags and a boundary where it can have them. */
export async function openSample(nouns: 'with nouns' | 'without nouns'): Promise<Store> {
  const store = await openStore({ kind: 'memory' })
  await store.write(account, async (tables) => {
    await tables.accounts.add({ id: account, name: 'first', email: 'root@example.com', alias: 'harbour', createdAt })
    if (nouns === 'without nouns') return
    await addPeople(tables)
    await addFederation(tables)
    const policy = { ...common, id: 'ANPASAMPLE00000000001', name: 'limits', tags, updatedAt: createdAt }
    await tables.policies.add({ ...policy, defaultVersion: 1, nextVersion: 2 })
    await tables.policyVersions.add({ policyId: policy.id, version: 1, document: allow, createdAt })
    await tables.instanceProfiles.add({ ...common, id: 'AIPASAMPLE00000000001', name: 'web', tags })
    await addCredentials(tables)
  })
  return store
}

async function addCredentials(tables: Tables): Promise<void> {
  const serial = `arn:aws:iam::${account}:mfa/team/token`
  await tables.mfaDevices.add({ account, serial, kind: 'virtual', drift: 0, tags, createdAt })
  const certificate = {
    ...common,
    id: 'ASCASAMPLE00000000001',
    name: 'site',
    tags,
    body: 'sample',
    expiresAt: createdAt,
  }
  await tables.serverCertificates.add(certificate, 'sample')
  await tables.serviceCredentials.add({
    id: 'ACCASAMPLE00000000001',
    account,
    userId: 'AIDASAMPLE00000000001',
    service: 'bedrock.amazonaws.com',
    login: 'ada',
    secretHash: 'sample',
    active: true,
    createdAt,
  })
}

async function addFederation(tables: Tables): Promise<void> {
  const named = { ...common, path: '/', tags }
  await tables.oidcProviders.add({ ...named, id: 'oidc', name: 'login.example.com', clientIds: [], thumbprints: [] })
  await tables.samlProviders.add({ ...named, id: 'saml', name: 'login', metadata: 'sample', entityId: 'sample' })
  await tables.settings.put(account, 'property/RoleManager/Enabled', 'true')
  await tables.delegations.add({
    id: 'dr-00000000-0000-4000-8000-000000000000',
    requestor: account,
    workflow: 'sample',
    ownerAccount: account,
    ownerArn: `arn:aws:iam::${account}:user/team/ada`,
    state: 'ASSIGNED',
    detail: {
      description: 'sample',
      template: boundary,
      parameters: [],
      policy: allow,
      notificationChannel: `arn:aws:sns:us-east-1:${account}:sample`,
      sessionDuration: 3600,
      onlySendByOwner: false,
    },
    createdAt,
    updatedAt: createdAt,
    expiresAt: Number.MAX_SAFE_INTEGER,
  })
}

async function addPeople(tables: Tables): Promise<void> {
  const user = { ...common, id: 'AIDASAMPLE00000000001', name: 'ada', tags, boundary }
  await tables.users.add(user)
  await tables.groups.add({ ...common, id: 'AGPASAMPLE00000000001', name: 'writers' })
  await tables.roles.add({
    ...common,
    id: 'AROASAMPLE00000000001',
    name: 'deployer',
    tags,
    boundary,
    maxSessionDuration: 3600,
    trustPolicy: trust,
    trustPrincipals: {},
  })
  const key = { account, userId: user.id, secret: 'sample', active: true, createdAt }
  await tables.accessKeys.add({ ...key, id: 'AKIAIOSFODNN7SAMPLE1' })
}
