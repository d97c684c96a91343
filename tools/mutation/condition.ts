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
  return [...lines, ...bentLines(next), ...crowded(), ...hostile()]
}

/** Values with a character more, less or changed: near misses of what can be read. */
function bentLines(next: (below: number) => number): readonly string[] {
  const letters = '0123456789+-.eE:TZ/* ?aAfF%xé\u{1F600}$}'
  const bend = (text: string) => {
    const at = next(text.length + 1)
    return text.slice(0, at) + (next(3) === 0 ? '' : (letters[next(letters.length)] ?? '')) + text.slice(at + next(2))
  }
  return pools.flatMap(({ operators, texts }) =>
    Array.from({ length: 220 }, () => {
      const text = texts[next(texts.length)] ?? ''
      const operator = (next(3) === 0 ? 'ForAnyValue:' : '') + (operators[next(operators.length)] ?? '')
      const pair = next(2) === 0 ? [text, bend(text)] : [bend(bend(text)), text]
      return line({ operator, wanted: pair[0], actual: next(6) === 0 ? [pair[1] ?? '', text] : pair[1], name: 0 })
    }),
  )
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
    [`*${'a'.repeat(20_000)}b*`, 'a'.repeat(60_000)],
    [`*${'ab'.repeat(10_000)}c*`, 'ab'.repeat(40_000)],
    [`*${'a?'.repeat(10_000)}b*`, 'a'.repeat(60_000)],
    [`${'*a'.repeat(20_000)}*b`, 'a'.repeat(60_000)],
    [`${'?'.repeat(64)}*`, 'a'.repeat(63)],
    [`${'?'.repeat(64)}*`, 'a'.repeat(64)],
    [`${'*a'.repeat(500)}*`, many],
    [`${'*a'.repeat(500)}*b`, many],
    [`*${long}${long}*`, `${long}${long.slice(0, 39)}${long}${long}`],
  ]
  return pairs.map(([wanted, actual]) => line({ operator: 'StringLike', wanted, actual, name: 0 }))
}

/** Questions about one pattern in a statement's resource. */
export function resourceLines(): readonly string[] {
  const next = chance(99)
  const pick = (list: readonly string[]) => list[next(list.length)] ?? ''
  const heads = ['arn', 'aws', 's3', 'sqs', '', 'eu-west-1', '111122223333', 'a', 'aa', 'ab']
  const blurs = ['*', 'a*', '*a', '?', 'a?', 'e*1', 'eu*', '1*', '*3', 's*', '??', '*a*']
  const lasts = [
    'a',
    'aa',
    'a/b',
    'home/alice',
    'a:b',
    'alice',
    '',
    'a*',
    '*',
    '*a',
    'a*b',
    '?',
    'a/*',
    '${aws:username}',
    'home/${aws:username}',
    '${aws:username}*',
    '*${aws:username}',
    '${aws:absent}',
    "${aws:absent, 'a'}",
    '${*}',
    'x${aws:list}',
    '*:a',
    'a:*',
  ]
  return Array.from({ length: 1_200 }, (_, index) => {
    const parts = ['arn', pick(['aws', 'aws', 'aws-cn']), ...Array.from({ length: 3 }, () => pick(heads)), pick(lasts)]
    const plain = parts.map((part) =>
      part
        .replaceAll('${aws:username}', 'alice')
        .replace(/\$\{.*?\}/g, 'a')
        .replace(/[*?]/g, pick(['', 'a', 'b:a', '1'])),
    )
    const blurred = parts.map((part, at) => (at > 0 && at < 5 && next(3) === 0 ? pick(blurs) : part))
    const pattern = blurred.slice(0, next(6) === 0 ? 2 + next(4) : 6).join(':')
    const resource =
      [plain, plain, plain.toSpliced(1 + next(5), 1, pick(heads)), [...plain, 'a']][next(4)]?.join(':') ?? '*'
    const element =
      index % 7 === 0
        ? { NotResource: [pattern] }
        : { Resource: next(5) === 0 ? [pattern, 'arn:aws:s3:::b'] : [pattern] }
    return resourceLine(element, resource, index)
  })
}

function resourceLine(element: object, resource: string, index: number): string {
  const type = index % 5 === 0 ? 'scp' : 'identity'
  const statement = { Effect: 'Allow', Action: '*', ...element }
  const policy = { Version: '2012-10-17', Statement: [statement] }
  const open = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] }
  return JSON.stringify({
    id: `r${index}`,
    request: {
      principal: { type: 'user', arn: 'arn:aws:iam::111122223333:user/alice', account: '111122223333' },
      action: 's3:GetObject',
      resource,
      resourceAccount: '111122223333',
      context: { 'aws:username': 'alice', 'aws:list': ['a'] },
    },
    policies: type === 'scp' ? { identity: [open], scp: [[policy]] } : { identity: [policy] },
  })
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
