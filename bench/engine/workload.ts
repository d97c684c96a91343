import { chance } from '../../tools/chance.ts'

/** A policy statement that every measured language can say. */
export interface Rule {
  readonly effect: 'Allow' | 'Deny'
  readonly actions: readonly string[]
  readonly resources: readonly string[]
  /** All must hold. */
  readonly conditions: readonly Test[]
}

/** The requests of a workload carry every key that its rules test. */
export interface Test {
  readonly operator: 'StringEquals' | 'StringNotEquals' | 'StringLike'
  readonly key: string
  readonly values: readonly string[]
}

export interface Ask {
  readonly action: string
  readonly resource: string
  readonly context: Readonly<Record<string, string>>
}

/** Policies and what is asked of them. */
export interface Workload {
  readonly name: string
  /** Statements in all layers. */
  readonly statements: number
  /** Policies, each with its rules. */
  readonly identity: readonly (readonly Rule[])[]
  readonly boundary?: readonly Rule[]
  /** Levels, one policy each. */
  readonly scp?: readonly (readonly Rule[])[]
  readonly asks: readonly Ask[]
}

export const account = '111122223333'
export const caller = `arn:aws:iam::${account}:user/alice`

const team = 'aws:PrincipalTag/team'
const everything: Rule = { effect: 'Allow', actions: ['*'], resources: ['*'], conditions: [] }

/** One statement for each bucket, open to the bucket's team; a third of what is asked comes from another team. */
export function distinct(count: number): Workload {
  const next = chance(count + 1)
  return {
    name: `${count.toLocaleString('en')} distinct`,
    statements: count,
    identity: policies(buckets(count, 'Allow')),
    asks: Array.from({ length: 256 }, () => {
      const bucket = next(count)
      return object(bucket, next(3) === 0 ? bucket + 1 : bucket, next(1000))
    }),
  }
}

/** Nothing but Deny: every answer is no, some of them explicit. */
export function allDeny(): Workload {
  const next = chance(3)
  return {
    name: 'all-deny',
    statements: 101,
    identity: [[everything], buckets(100, 'Deny')],
    asks: Array.from({ length: 256 }, () => {
      const bucket = next(100)
      return object(bucket, bucket, next(1000))
    }),
  }
}

/** Stars in the middle of actions and resources. */
export function wildcards(): Workload {
  const next = chance(5)
  const rules = Array.from({ length: 100 }, (_, index): Rule => {
    const resources = [`arn:aws:s3:::*-logs-${index}-*/year=*/day=*/*.gz`, `arn:aws:s3:::*/team-${index}/*/part-*`]
    return {
      effect: index % 10 === 0 ? 'Deny' : 'Allow',
      actions: ['s3:*Object*', 's3:Get*'],
      resources,
      conditions: [],
    }
  })
  return {
    name: 'wildcard-heavy',
    statements: 100,
    identity: policies(rules),
    asks: Array.from({ length: 256 }, () => {
      const bucket = `eu-logs-${next(130)}-prod`
      const key =
        next(2) === 0 ? `year=2026/day=${next(365)}/host-${next(99)}.gz` : `team-${next(130)}/a/b/part-${next(9)}`
      return { action: 's3:GetObject', resource: `arn:aws:s3:::${bucket}/${key}`, context: {} }
    }),
  }
}

/** 40 policies with 279 statements, a boundary, and 3 levels of service control policies: 300 statements. */
export function realistic(asked: number, name = 'realistic account'): Workload {
  const next = chance(asked)
  const identity = Array.from({ length: 40 }, (_, policy) =>
    Array.from({ length: policy < 39 ? 7 : 6 }, (_, index) => statement(policy, index)),
  )
  const root: readonly Rule[] = [
    everything,
    deny(['organizations:LeaveOrganization', 'cloudtrail:StopLogging', 'cloudtrail:DeleteTrail']),
    deny(['iam:CreateUser', 'iam:CreateAccessKey'], { operator: 'StringNotEquals', key: team, values: ['team-0'] }),
  ]
  const unit: readonly Rule[] = [
    everything,
    deny(['s3:*', 'sqs:*', 'dynamodb:*', 'lambda:*'], {
      operator: 'StringNotEquals',
      key: 'aws:RequestedRegion',
      values: ['eu-west-1', 'eu-central-1', 'us-east-1'],
    }),
    deny(['s3:DeleteBucket', 's3:PutBucketPolicy'], {
      operator: 'StringLike',
      key: team,
      values: ['team-1*', 'guest-*'],
    }),
  ]
  const leaf: readonly Rule[] = [everything, deny(['dynamodb:DeleteTable'])]
  const boundary = ['s3:*', 'sqs:*', 'dynamodb:*', 'lambda:*', 'logs:*'].map(
    (action): Rule => ({ effect: 'Allow', actions: [action], resources: ['*'], conditions: [] }),
  )
  const rest = [deny(['s3:DeleteBucket']), deny(['sqs:DeleteQueue']), deny(['lambda:DeleteFunction'])]
  boundary.push(...rest, deny(['logs:DeleteLogGroup']), deny(['s3:PutBucketAcl']), deny(['s3:PutObjectAcl']))
  boundary.push(deny(['lambda:AddPermission']), deny(['sqs:AddPermission']))
  return {
    name,
    statements: identity.flat().length + root.length + unit.length + leaf.length + boundary.length,
    identity,
    boundary,
    scp: [root, unit, leaf],
    asks: Array.from({ length: asked }, () => realAsk(next)),
  }
}

const regions = ['eu-west-1', 'eu-central-1', 'us-east-1', 'ap-south-1'] as const

interface Kind {
  readonly read: readonly string[]
  readonly write: readonly string[]
  readonly resource: (name: string) => string
}

const kinds: readonly [Kind, ...Kind[]] = [
  {
    read: ['s3:GetObject', 's3:GetObjectTagging'],
    write: ['s3:PutObject', 's3:DeleteObject'],
    resource: (name) => `arn:aws:s3:::${name}/data/2026/file`,
  },
  {
    read: ['sqs:ReceiveMessage', 'sqs:GetQueueAttributes'],
    write: ['sqs:SendMessage', 'sqs:DeleteMessage'],
    resource: (name) => `arn:aws:sqs:eu-west-1:${account}:${name}-queue`,
  },
  {
    read: ['dynamodb:GetItem', 'dynamodb:Query'],
    write: ['dynamodb:PutItem', 'dynamodb:UpdateItem'],
    resource: (name) => `arn:aws:dynamodb:eu-west-1:${account}:table/${name}-table`,
  },
  {
    read: ['lambda:GetFunction'],
    write: ['lambda:InvokeFunction', 'lambda:UpdateFunctionCode'],
    resource: (name) => `arn:aws:lambda:eu-west-1:${account}:function:${name}-worker`,
  },
]

/** Reading for everyone, writing for the team of the policy, a Deny here and there. */
function statement(policy: number, index: number): Rule {
  const kind = kinds[(policy + index) % kinds.length] ?? kinds[0]
  const name = `app-${policy}-${index}`
  const whole = kind.resource(name)
  const resources = [`${whole.slice(0, whole.indexOf(name) + name.length)}*`]
  if (index === 6) return { effect: 'Deny', actions: kind.write, resources, conditions: [equals(team, 'team-9')] }
  const service = (kind.read[0] ?? '').split(':')[0] ?? ''
  const actions = index % 3 === 0 ? [`${service}:Get*`] : index % 3 === 1 ? kind.read : [...kind.read, ...kind.write]
  const conditions = index % 2 === 0 ? [] : [equals(team, `team-${policy % 10}`), equals('aws:SecureTransport', 'true')]
  return { effect: 'Allow', actions, resources, conditions }
}

function realAsk(next: (below: number) => number): Ask {
  const policy = next(40)
  const index = next(7)
  const kind = kinds[(policy + index) % kinds.length] ?? kinds[0]
  const actions = next(3) === 0 ? kind.write : kind.read
  return {
    action: actions[next(actions.length)] ?? '',
    resource: kind.resource(`app-${policy}-${index}`),
    context: {
      [team]: `team-${next(4) === 0 ? next(10) : policy % 10}`,
      'aws:RequestedRegion': regions[next(20) === 0 ? 3 : next(3)] ?? '',
      'aws:SecureTransport': next(20) === 0 ? 'false' : 'true',
      'aws:PrincipalArn': caller,
      'aws:SourceIp': '203.0.113.9',
      'aws:username': 'alice',
    },
  }
}

function buckets(count: number, effect: Rule['effect']): readonly Rule[] {
  return Array.from({ length: count }, (_, index) => ({
    effect,
    actions: ['s3:GetObject'],
    resources: [`arn:aws:s3:::bucket-${index}/*`],
    conditions: [equals(team, `team-${index}`)],
  }))
}

function object(bucket: number, from: number, key: number): Ask {
  const resource = `arn:aws:s3:::bucket-${bucket}/data/2026/file-${key}`
  return { action: 's3:GetObject', resource, context: { [team]: `team-${from}`, 'aws:SourceIp': '203.0.113.9' } }
}

function equals(key: string, value: string): Test {
  return { operator: 'StringEquals', key, values: [value] }
}

function deny(actions: readonly string[], ...conditions: readonly Test[]): Rule {
  return { effect: 'Deny', actions, resources: ['*'], conditions }
}

/** Ten statements to a policy, as people write them. */
function policies(rules: readonly Rule[]): readonly (readonly Rule[])[] {
  const groups: Rule[][] = []
  for (let at = 0; at < rules.length; at += 10) groups.push(rules.slice(at, at + 10))
  return groups
}
