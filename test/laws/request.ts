import type { Tape } from './tape.ts'

export interface Caller {
  readonly type: 'user' | 'assumedRole' | 'federatedUser' | 'root' | 'service' | 'webIdentity' | 'saml' | 'anonymous'
  readonly arn?: string
  readonly account?: string
  readonly roleArn?: string
  readonly userArn?: string
  readonly uniqueId?: string
  readonly service?: string
  readonly provider?: string
}

export const owner = '111122223333'
const foreign = '444455556666'
const management = '999988887777'

function user(account: string, name: string): Caller {
  return {
    type: 'user',
    arn: `arn:aws:iam::${account}:user/${name}`,
    account,
    uniqueId: `AIDA${name.toUpperCase()}${account}`,
  }
}

function session(account: string, path: string, name: string): Caller {
  const arn = `arn:aws:sts::${account}:assumed-role/${name}/s1`
  return {
    type: 'assumedRole',
    arn,
    account,
    roleArn: `arn:aws:iam::${account}:role${path}${name}`,
    uniqueId: `AROA${name.toUpperCase()}${account}`,
  }
}

function federated(account: string, name: string): Caller {
  return {
    type: 'federatedUser',
    arn: `arn:aws:sts::${account}:federated-user/guest`,
    account,
    userArn: `arn:aws:iam::${account}:user/${name}`,
  }
}

function root(account: string): Caller {
  return { type: 'root', arn: `arn:aws:iam::${account}:root`, account }
}

export const callers: readonly [Caller, ...Caller[]] = [
  user(owner, 'alice'),
  session(owner, '/app/', 'reader'),
  user(foreign, 'bob'),
  federated(owner, 'alice'),
  root(owner),
  user(owner, 'alice'),
  session(owner, '/app/', 'reader'),
  session(owner, '/aws-service-role/x.amazonaws.com/', 'linked'),
  session(foreign, '/', 'visitor'),
  federated(foreign, 'bob'),
  root(foreign),
  user(management, 'boss'),
  root(management),
  { type: 'service', service: 'delivery.logs.amazonaws.com' },
  { type: 'webIdentity', provider: 'accounts.google.com' },
  { type: 'saml', provider: `arn:aws:iam::${owner}:saml-provider/corp` },
  { type: 'anonymous' },
]

/** What is asked of what. */
export interface Target {
  readonly actions: readonly [string, ...string[]]
  readonly resources: readonly [string, ...string[]]
  /** The resource policy is a role trust policy. */
  readonly trust: boolean
}

const objects: Target = {
  actions: ['s3:GetObject', 's3:GetObjectAcl', 's3:PutObject', 'S3:getOBJECT'],
  resources: [
    'arn:aws:s3:::home/alice',
    'arn:aws:s3:::home/*',
    'arn:aws:s3:::home/alice:x/y\n',
    'arn:aws:s3:::\u{1F600}/a',
  ],
  trust: false,
}
const queues: Target = {
  actions: ['sqs:SendMessage'],
  resources: ['arn:aws:sqs:eu-west-1:111122223333:jobs', 'arn:aws:sqs:eu-west-1:111122223333:jobs:x'],
  trust: false,
}
const keys: Target = {
  actions: ['kms:Decrypt', 'kms:RetireGrant'],
  resources: ['arn:aws:kms:eu-west-1:111122223333:key/k1', 'arn:aws:kms:eu-west-1:111122223333:alias/a'],
  trust: false,
}
const roles: Target = {
  actions: ['sts:AssumeRole', 'sts:TagSession', 'sts:AssumeRoleWithSAML', 'sts:AssumeRoleWithWebIdentity'],
  resources: ['arn:aws:iam::111122223333:role/app/next'],
  trust: true,
}
const none: Target = {
  actions: ['s3:ListAllMyBuckets', 'kms:ListKeys', 'sts:GetCallerIdentity'],
  resources: ['*'],
  trust: false,
}

export const targets: readonly [Target, ...Target[]] = [objects, objects, objects, queues, keys, roles, none]

/** Values that meet those of conditions: equal in another spelling, near misses, unreadable ones. */
export const values = {
  'aws:username': ['alice', 'ALICE', '*', '', 'bob', 'a\u017fk'],
  'aws:PrincipalTag/Team': ['blue', 'alice', 'home'],
  'aws:SourceIp': ['10.0.0.9', '10.0.1.9', '2001:db8::9', '::ffff:10.0.0.9', '010.0.0.9', ''],
  'aws:number': ['10', '10.0', '1e1', '-3', '9007199254740993', '10x', ''],
  'aws:CurrentTime': [
    '2024-03-01T12:00:00Z',
    '1709294400',
    '2024-03-01',
    '2024-03-01T14:00:00.5+02:00',
    '2024-02-30',
    '2023',
  ],
  'aws:SecureTransport': ['true', 'false', 'True', 'yes'],
  'aws:SourceArn': [
    'arn:aws:s3:::home',
    'arn:aws:sns:eu-west-1:111122223333:alice:x',
    'arn:aws:s3::home',
    'arn:aws:iam::111122223333:user/alice',
  ],
  'aws:binary': ['QQ==', 'Qg==', '!'],
} as const satisfies Readonly<Record<string, readonly [string, ...string[]]>>

const tagKeys = ['team', 'blue', 'Alice', 'cost'] as const

/** Each key is there more often than not; the spelling of its name varies. */
export function contextOf(tape: Tape, caller: Caller): Record<string, string | string[]> {
  const context: Record<string, string | string[]> = {}
  for (const [key, choice] of Object.entries(values))
    if (!tape.once(3)) context[tape.once(4) ? key.toUpperCase() : key] = tape.pick(choice)
  if (!tape.once(3)) context['aws:TagKeys'] = tape.list(0, 2, () => tape.pick(tagKeys))
  if (tape.once(8)) context['aws:numbers'] = tape.list(0, 2, () => tape.pick(values['aws:number']))
  if (caller.arn !== undefined) context['aws:PrincipalArn'] = caller.roleArn ?? caller.arn
  return context
}
