import { chance } from '../chance.ts'

const prefixes = ['', '', '', '', 'ForAllValues:', 'ForAnyValue:', 'forallvalues:'] as const
const suffixes = ['', '', '', 'IfExists', 'ifexists'] as const

interface Pool {
  readonly operators: readonly string[]
  readonly texts: readonly string[]
}

const long = 'abcdefghijklmnopqrstuvwxyz0123456789ABCD'

const pools: readonly Pool[] = [
  {
    operators: [
      'StringEquals',
      'StringNotEquals',
      'StringEqualsIgnoreCase',
      'StringNotEqualsIgnoreCase',
      'STRINGEQUALS',
    ],
    texts: [
      '',
      'a',
      'A',
      'ß',
      'ẞ',
      'SS',
      'ſ',
      's',
      'İ',
      'i',
      'ı',
      'K',
      'k',
      'é',
      'É',
      '\u{10400}',
      '\u{10428}',
      'ǆ',
      'ǅ',
      'ΐ',
      'ab',
    ],
  },
  {
    operators: ['StringLike', 'StringNotLike', 'stringlike'],
    texts: [
      '',
      '*',
      '**',
      '?',
      'a',
      'a*',
      '*a',
      'a*a',
      'a*b*a',
      'aba',
      'ab',
      'abba',
      '?b?',
      'a?',
      '\u{1F600}',
      '?\u{1F600}',
      '\u{1F600}*',
      '*?',
      '${*}',
      '${?}',
      '${$}',
      'a*a?b',
      'aaab',
      'aaaab',
      `*${long}*`,
      `x${long}y`,
      `x${long.slice(0, 35)}y${long}`,
      `*${long}*${long}`,
      `?${long}*`,
      '*a?a*b?b*',
      'xaaaybbb',
      'a\u{1F600}b',
      'a?b',
      'a??b',
      '\ud800',
      'a\n',
    ],
  },
  {
    operators: [
      'NumericEquals',
      'NumericNotEquals',
      'NumericLessThan',
      'NumericLessThanEquals',
      'NumericGreaterThan',
      'NumericGreaterThanEquals',
    ],
    texts: [
      '0',
      '-0',
      '0.0',
      '1',
      '+1',
      '1.',
      '.5',
      '0.5',
      '5e-1',
      '10',
      '1e1',
      '1E+1',
      '100e-1',
      '-3',
      '-3.0',
      '9007199254740993',
      '9007199254740992',
      '1e400',
      '1e-400',
      '-1e400',
      '',
      ' 1',
      '1 ',
      '0x1',
      '1_0',
      'NaN',
      'Infinity',
      '00',
      '007',
      '1e',
      'e1',
      '1.5.2',
      '--1',
      '0.1',
      '0.10',
      '123456789012345678901234567890',
      '123456789012345678901234567891',
    ],
  },
  {
    operators: [
      'DateEquals',
      'DateNotEquals',
      'DateLessThan',
      'DateLessThanEquals',
      'DateGreaterThan',
      'DateGreaterThanEquals',
    ],
    texts: [
      '2024-03-01T12:00:00Z',
      '2024-03-01T12:00:00.000Z',
      '2024-03-01T12:00:00.001Z',
      '2024-03-01T14:00:00+02:00',
      '2024-03-01T14:00:00+0200',
      '2024-03-01T10:00:00-02:00',
      '2024-03-01T12:00Z',
      '2024-03-01T12:00',
      '2024-03-01T12:00:00',
      '2024-03-01',
      '2024-03',
      '2024',
      '1709294400',
      '1709294401',
      '1709294400.5',
      '-1',
      '0',
      '2024-02-29',
      '2023-02-29',
      '2000-02-29',
      '1900-02-29',
      '2024-13-01',
      '2024-00-01',
      '2024-04-31',
      '2024-04-30',
      '2024-01-32',
      '2024-01-00',
      '2024-03-01T24:00:00Z',
      '2024-03-01T23:59:60Z',
      '2024-03-01T12:60:00Z',
      '2024-03-01T12:00:00z',
      '2024-03-01 12:00:00Z',
      '2024-03-01T12:00:00+25:00',
      '2024-03-01T12:00:00+02:60',
      '20240301T120000Z',
      '20240301',
      '',
      'now',
      '2024-3-1',
      '10000',
      '0000-01-01',
      '9999-12-31T23:59:59.999999Z',
      '2024-12-31',
      '2023-12-31T23:59:59Z',
      '2025-01-01',
    ],
  },
  {
    operators: ['IpAddress', 'NotIpAddress'],
    texts: [
      '10.0.0.1',
      '10.0.0.0/8',
      '10.0.0.0/0',
      '10.0.0.1/32',
      '10.0.0.1/33',
      '10.0.0.0/31',
      '10.0.0.2/31',
      '10.128.0.0/9',
      '10.255.255.255',
      '11.0.0.0',
      '0.0.0.0',
      '255.255.255.255',
      '256.0.0.1',
      '010.0.0.1',
      '10.0.0',
      '10.0.0.1.2',
      '10.0.0.1/',
      '10.0.0.1/08',
      '::',
      '::1',
      '::/0',
      '2001:db8::/32',
      '2001:db8::1',
      '2001:DB8:0:0:0:0:0:1',
      '2001:db8:0:0:1::/80',
      '2001:db8::1:0:0:1',
      '::ffff:10.0.0.1',
      '::ffff:a00:1',
      '::ffff:0:0/96',
      '::10.0.0.1',
      '1::2::3',
      '12345::',
      '1:2:3:4:5:6:7:8',
      '1:2:3:4:5:6:7::',
      '::2:3:4:5:6:7:8',
      '1:2:3:4:5:6:7:8:9',
      '1:2:3:4:5:6:7',
      'fe80::1%eth0',
      '2001:db8::/129',
      '2001:db8::/128',
      ':1',
      '1:',
      'g::',
      '',
      '10.0.0.1 ',
      '2001:db8::/33',
      '2001:db8:8000::',
    ],
  },
  {
    operators: ['ArnEquals', 'ArnLike', 'ArnNotEquals', 'ArnNotLike'],
    texts: [
      'arn:aws:s3:::a',
      'arn:aws:s3:::*',
      'arn:*:s3:::a',
      'arn:aws:*:*:*:*',
      'arn:aws:s3::*:a',
      'arn:aws:s3:::a:b',
      'arn:aws:s3:::a*',
      'arn:aws:s3:::?',
      'arn:aws:s3',
      'arn:aws:s3:::',
      '*',
      '',
      'arn:aws:iam::111122223333:role/x',
      'arn:aws:iam::1111*3333:role/*',
      'arn:aws:iam::*:role/?',
      'arn:aws:sns:eu-west-1:111122223333:t',
      'arn:aws:sns:eu-*:1*:t',
      'arn:aws:sns:*:t',
      'ARN:aws:s3:::a',
      'arn:aws:s3:::A',
      'arn:aws:s3:::${aws:username}',
      'arn:aws:s3:::alice',
      'x:aws:s3:::a',
      'a:b:c:d:e:f',
    ],
  },
  { operators: ['Bool'], texts: ['true', 'false', 'TRUE', 'True', 'False', '', '1', '0', 'yes', ' true'] },
  { operators: ['Null'], texts: ['true', 'false', 'TRUE', 'False', 'x', ''] },
  {
    operators: ['BinaryEquals'],
    texts: [
      'QQ==',
      'QR==',
      'QQ',
      'QQ=',
      'QUI=',
      'QUJD',
      'QUJ+',
      'QUJ-',
      '',
      '=',
      'Q',
      '!',
      'QQ==QQ==',
      'Q Q==',
      'QUJDRA==',
    ],
  },
]

const variables = [
  '${aws:username}',
  '${AWS:UserName}',
  "${aws:absent, 'a'}",
  '${aws:absent}',
  'x${aws:username}*',
  '${aws:list}',
  "${aws:username, 'b'}",
  '${',
  '${}',
  '${aws:username',
  "${aws:absent, 'a}",
  "${aws:absent,'a'}",
  "${aws:absent, ''}",
  '${aws:username}${aws:username}',
] as const

/** Questions with one statement whose condition decides. */
export function conditionLines(): readonly string[] {
  const next = chance(77)
  const pick = <T>(list: readonly T[], otherwise: T): T => list[next(list.length)] ?? otherwise
  const lines = pools.flatMap(({ operators, texts }) =>
    Array.from({ length: Math.min(320, texts.length * texts.length * 2) }, () => {
      const operator = pick(prefixes, '') + pick(operators, '') + pick(suffixes, '')
      const one = () => (next(12) === 0 ? pick(variables, '') : pick(texts, ''))
      const wanted = next(3) === 0 ? [one(), one()] : one()
      const near = typeof wanted === 'string' && next(4) === 0 ? wanted : pick(texts, '')
      const actual = next(5) === 0 ? Array.from({ length: next(3) }, () => pick(texts, '')) : near
      return line({ operator, wanted, actual: next(12) === 0 ? undefined : actual, name: next(4) })
    }),
  )
  return [...lines, ...crowded(), ...hostile()]
}

interface Parts {
  readonly operator: string
  readonly wanted: unknown
  readonly actual: string | readonly string[] | undefined
  readonly name: number
}

const names = ['aws:key', 'aws:key', 'AWS:Key', 'aws:KEY'] as const

function line({ operator, wanted, actual, name }: Parts, more: Readonly<Record<string, string>> = {}): string {
  const context = { 'aws:username': 'alice', 'aws:list': ['a'], ...more }
  const condition = { [operator]: { [names[name] ?? 'aws:key']: wanted } }
  return JSON.stringify({
    request: {
      principal: { type: 'user', arn: 'arn:aws:iam::111122223333:user/alice', account: '111122223333' },
      action: 's3:GetObject',
      resource: 'arn:aws:s3:::home/alice',
      resourceAccount: '111122223333',
      context: actual === undefined ? context : { ...context, 'aws:key': actual },
    },
    policies: {
      identity: [
        {
          Version: '2012-10-17',
          Statement: [{ Effect: 'Allow', Action: '*', Resource: '*', Condition: condition }],
        },
      ],
    },
  })
}

/** Contexts with so many keys that they are indexed. */
function crowded(): readonly string[] {
  return [1, 2, 60, 61, 62, 63, 64, 65, 100].flatMap((count) => {
    const more: Record<string, string> = {}
    for (let index = 0; index < count; index++) more[`aws:Filler${index}`] = String(index)
    return names.map((_, name) => line({ operator: 'StringEquals', wanted: 'x', actual: 'x', name }, more))
  })
}

/** Long patterns and texts, for the ways of searching that short ones never go. */
function hostile(): readonly string[] {
  const many = 'a'.repeat(3_000)
  const pairs: readonly (readonly [string, string])[] = [
    [`*${'a'.repeat(40)}b*`, `${many}${'a'.repeat(40)}b`],
    [`*${'a'.repeat(40)}b*`, many],
    [`*${'ab'.repeat(30)}c*`, `${'ab'.repeat(500)}c`],
    [`*${'ab'.repeat(30)}c*x`, `${'ab'.repeat(500)}cx`],
    [`*${'a?'.repeat(300)}b*`, many],
    [`*${'a?'.repeat(300)}b*`, `${many}b${'a'.repeat(100)}`],
    [`*${'?a'.repeat(300)}c?*`, `${many}cd`],
    [`x*${'a?a'.repeat(200)}b?*y`, `x${many}bay`],
    [`x*${'a?a'.repeat(200)}b?*y`, `x${many}by`],
    [`*${'a?'.repeat(300)}\u{1F600}*`, `${many}\u{1F600}`],
    [`${'?'.repeat(64)}*`, 'a'.repeat(63)],
    [`${'?'.repeat(64)}*`, 'a'.repeat(64)],
    [`${'*a'.repeat(500)}*`, many],
    [`${'*a'.repeat(500)}*b`, many],
    [`*${long}${long}*`, `${long}${long.slice(0, 39)}${long}${long}`],
  ]
  return pairs.map(([wanted, actual]) => line({ operator: 'StringLike', wanted, actual, name: 0 }))
}

/** Patterns and actions. */
export function matchingPairs(): readonly (readonly [string, string])[] {
  const patterns = [
    '*',
    '*:*',
    's3:*',
    'S3:get*',
    's3:*object',
    's3:?etObject',
    's3:GetObject',
    's3:Get',
    's3:*e*O*t',
    's3',
    's3:',
    's*:GetObject',
    'sqs:*',
    's3:Get*:x',
    '**',
    's3:**',
  ]
  const actions = [
    's3:GetObject',
    's3:getobject',
    'S3:GETOBJECT',
    's3:GetObjectAcl',
    'sqs:SendMessage',
    's3:',
    's3',
    '',
    'ſ3:GetObject',
    `s3:${'x'.repeat(200)}`,
  ]
  return patterns.flatMap((pattern) => actions.map((action) => [pattern, action] as const))
}
