import type { PolicyType } from '#engine'
import { documentOf } from '../../bench/engine/document.ts'
import { realistic } from '../../bench/engine/workload.ts'

interface Document {
  readonly name: string
  readonly text: string
  readonly type: PolicyType
}

const allow = { Effect: 'Allow', Action: 's3:GetObject', Resource: 'arn:aws:s3:::b/*' }
const trust = { Effect: 'Allow', Principal: { AWS: '111122223333' }, Action: 'sts:AssumeRole' }

/** Statements about which there is nothing to tell, each for a way through the quick reader. */
const statements: readonly (readonly [string, PolicyType, object])[] = [
  ['a statement', 'identity', allow],
  ['a boundary', 'permissionsBoundary', allow],
  ['a session policy', 'session', allow],
  ['an SCP', 'scp', allow],
  ['a Sid', 'identity', { Sid: 'A1', ...allow }],
  ['an empty Sid', 'identity', { Sid: '', ...allow }],
  ['a Sid at the end', 'identity', { ...allow, Sid: 'A1' }],
  ['a Sid with a dash', 'resource', { Sid: 'a-b', Principal: '*', ...allow }],
  ['a Deny', 'identity', { ...allow, Effect: 'Deny' }],
  ['lists', 'identity', { ...allow, Action: ['s3:GetObject', 's3:Put*'], Resource: ['*', 'arn:aws:s3:::é'] }],
  ['a list of one', 'identity', { ...allow, Action: ['s3:GetObject'], Resource: ['*'] }],
  ['NotAction', 'identity', { Effect: 'Deny', NotAction: ['iam:*', 's3:*'], Resource: '*' }],
  ['NotResource', 'identity', { Effect: 'Deny', Action: 'iam:*', NotResource: ['arn:aws:iam::111122223333:user/a'] }],
  ['a trust policy', 'trust', trust],
  ['a resource policy', 'resource', { Principal: '*', ...allow }],
  ['a resource policy without a resource', 'resource', { Effect: 'Allow', Principal: '*', Action: 's3:*' }],
  ['an endpoint policy', 'vpcEndpoint', { Principal: '*', ...allow }],
  [
    'principals of each kind',
    'resource',
    {
      ...allow,
      Principal: {
        AWS: ['*', '111122223333', 'arn:aws:iam::111122223333:role/a'],
        Service: 'ec2.amazonaws.com',
        Federated: ['cognito-identity.amazonaws.com'],
        CanonicalUser: '79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be',
      },
    },
  ],
  ['an empty condition', 'identity', { ...allow, Condition: {} }],
  ['a condition', 'identity', { ...allow, Condition: { StringEquals: { 'aws:username': 'alice' } } }],
  ['no value', 'identity', { ...allow, Condition: { StringEquals: { 'aws:username': [] } } }],
  [
    'values',
    'identity',
    { ...allow, Condition: { 'ForAnyValue:StringLike': { 'aws:TagKeys': ['a', 'b*'], 'aws:x': 'c' } } },
  ],
  [
    'booleans',
    'identity',
    { ...allow, Condition: { Bool: { 'aws:SecureTransport': true, 'aws:MultiFactorAuthPresent': [false, 'true'] } } },
  ],
  [
    'dates',
    'identity',
    { ...allow, Condition: { DateLessThan: { 'aws:CurrentTime': ['2024-01-01T00:00:00Z', '1700000000'] } } },
  ],
  [
    'operators',
    'identity',
    { ...allow, Condition: { StringLike: { a: 'b' }, Null: { c: 'true' }, IpAddressIfExists: { d: ['10.0.0.0/8'] } } },
  ],
  ...[8, 9, 10, 30].map(
    (count) =>
      [
        `${count} keys`,
        'identity',
        {
          ...allow,
          Condition: {
            StringEquals: Object.fromEntries(Array.from({ length: count }, (_, index) => [`aws:k${index}`, 'v'])),
            StringLike: { 'aws:k1': 'w' },
          },
        },
      ] as const,
  ),
]

/** Documents that the quick reader must read: what it costs tells whether it did. */
export function plainDocuments(): readonly Document[] {
  const laid = (document: object, name: string, type: PolicyType): readonly Document[] => [
    { name: `a document: ${name}`, text: JSON.stringify(document), type },
    { name: `a document with lines: ${name}`, text: JSON.stringify(document, undefined, 2), type },
    { name: `a document with tabs: ${name}`, text: `\r\n ${JSON.stringify(document, undefined, '\t')} \r\n`, type },
  ]
  const single = statements.flatMap(([name, type, statement]) => [
    ...laid({ Version: '2012-10-17', Statement: [statement] }, name, type),
    ...laid({ Statement: statement, Id: 'i', Version: '2012-10-17' }, `${name}, alone`, type),
    ...laid(
      { Version: '2012-10-17', Id: '', Statement: [statement, statement].map(withoutSid) },
      `${name}, twice`,
      type,
    ),
  ])
  const old = laid({ Version: '2008-10-17', Statement: [allow] }, 'an old version', 'identity')
  const [policies] = [realistic(1).identity]
  const real = policies.slice(0, 8).flatMap((rules, index) => laid(documentOf(rules), `real ${index}`, 'identity'))
  const all = laid(documentOf(policies.flat()), 'all of an account', 'identity')
  return [...single, ...old, ...real, ...all]
}

function withoutSid(statement: object): object {
  return { ...statement, Sid: undefined }
}
