import { readFileSync } from 'node:fs'
import { chance } from '../chance.ts'

const prefixes = ['', '', '', '', 'ForAllValues:', 'ForAnyValue:', 'forallvalues:'] as const
const suffixes = ['', '', '', 'IfExists', 'ifexists'] as const

interface Pool {
  readonly operators: readonly string[]
  readonly texts: readonly string[]
}

const long = 'abcdefghijklmnopqrstuvwxyz0123456789ABCD'

const { pools }: { readonly pools: readonly Pool[] } = JSON.parse(
  readFileSync(new URL('values.json', import.meta.url), 'utf8'),
)

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
