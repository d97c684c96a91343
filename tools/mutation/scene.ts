/** What users pay for: policies that are read, compiled and asked, in sizes at which an index is worth its price. */
import { documentOf } from '../../bench/engine/document.ts'
import { account, allDeny, caller, distinct, realistic, type Workload, wildcards } from '../../bench/engine/workload.ts'
import { chance } from '../chance.ts'
import { cornerActions } from './corner.ts'
import { plainDocuments } from './document.ts'
import type * as Engine from './room.ts'

type Room = typeof Engine

/** Gives: by name, what is done with the room. Each stands alone; those that are asked twice find what they worked out. */
export function scenes(): ReadonlyMap<string, (room: Room) => string> {
  const loads = [realistic(60), distinct(100), distinct(400), wildcards(), allDeny()]
  return new Map<string, (room: Room) => string>([
    ...plainDocuments().map(({ name, text, type }) => [name, (room: Room) => reading(room, text, type)] as const),
    ...loads.flatMap((load) => [
      [load.name, (room: Room) => asked(room, load)] as const,
      [`${load.name}, again`, (room: Room) => asked(room, load)] as const,
    ]),
    ...patternScenes(),
    ...contextScenes(),
    ...actionScenes(),
    ...longScenes(),
    ...listScenes(),
  ])
}

function reading(room: Room, text: string, type: Engine.PolicyType): string {
  const { policy, problems } = room.parse(text, type)
  return JSON.stringify([policy?.statements, problems])
}

function asked(room: Room, { identity, boundary, scp, asks }: Workload): string {
  const compiled = (policies: Workload['identity'], type: Engine.PolicyType) =>
    room.compile(policies.map((rules) => ({ policy: read(room, documentOf(rules), type) })))
  const layers = {
    identity: compiled(identity, 'identity'),
    ...(boundary === undefined ? {} : { permissionsBoundary: compiled([boundary], 'permissionsBoundary') }),
    ...(scp === undefined ? {} : { scp: scp.map((level) => compiled([level], 'scp')) }),
  }
  return asks.map((ask) => room.decide(requestOf(ask), layers).decision).join()
}

function read(room: Room, document: object, type: Engine.PolicyType = 'identity'): Engine.Policy {
  const { policy, problems } = room.parse(JSON.stringify(document), type)
  if (policy === undefined) throw new Error(problems[0]?.message)
  return policy
}

interface Asked {
  readonly action: string
  readonly resource: string
  readonly context: Engine.Context
}

function requestOf({ action, resource, context }: Asked): Engine.Request {
  const principal = { type: 'user', arn: caller, account, uniqueId: 'AIDAALICEEXAMPLE00001' } as const
  return { principal, action, resource, resourceAccount: account, context: { ...context } }
}

type Statement = Readonly<Record<string, unknown>>

/** Statements of one policy, asked for several things. */
function decisions(room: Room, statements: readonly Statement[], asks: readonly Asked[]): string {
  const document = { Version: '2012-10-17', Statement: statements }
  const identity = room.compile([{ policy: read(room, document) }])
  const answers = asks.map((ask) => room.decide(requestOf(ask), { identity }).decision)
  return `${answers.join()} ${identity.buckets.size}`
}

type Scene = readonly [string, (room: Room) => string]

const times = <T>(count: number, make: (index: number) => T) => Array.from({ length: count }, (_, index) => make(index))

/** Many patterns of which few can match, by every way in which a policy may have them. */
function patternScenes(): readonly Scene[] {
  const next = chance(31)
  const counts = [3, 12, 13, 40, 150]
  const pattern = (index: number) => `arn:aws:s3:::*-part-${index}-?*/end${index % 7}*`
  const blurred = (index: number) => `arn:aws:s3:*:${100_000_000_000 + index}:*-unit-${index}/*`
  const open = (index: number) => `arn:aws:s3:::*\${aws:username}-${index}*`
  const asks = (count: number) =>
    times(6, () => {
      const [index, other] = [next(count + 2), next(count)]
      const context = {
        'aws:username': `alice-${other}`,
        'aws:RequestTag/n': String(index),
        'aws:RequestTag/i': `ALICE-${other}é${index}`,
        'aws:RequestTag/v': 'Ab'.repeat(60),
        'aws:RequestTag/w': `${'aB'.repeat(60)}É${index}`,
      }
      return [
        `arn:aws:s3:::x-part-${index}-y/end${index % 7}z`,
        `arn:aws:s3:::x-part-${index}-y/en`,
        `arn:aws:s3:eu:${100_000_000_000 + index}:a-unit-${index}/b`,
        `arn:aws:s3:::key-alice-${other}-${index}-part-`,
      ].map((resource) => ({ action: 's3:GetObject', resource, context: { ...context, 'aws:RequestTag/x': resource } }))
    }).flat()
  const under = (operator: string, key: string, values: readonly string[]) => ({
    Effect: 'Allow',
    Action: 's3:*',
    Resource: '*',
    Condition: { [operator]: { [key]: values } },
  })
  const ways: Readonly<Record<string, (count: number) => readonly Statement[]>> = {
    'statements with stars': (count) => times(count, (index) => allow(pattern(index))),
    'statements with stars before the last part': (count) => times(count, (index) => allow(blurred(index))),
    'statements with stars in incomplete ARNs': (count) =>
      times(count, (index) => allow(`arn:aws:s3:*:${100_000_000_000 + index}`)),
    'statements with stars and data': (count) =>
      times(count, (index) =>
        allow(`arn:aws:s3:*:*:\${*}a-unit-${index}*`.replace('${*}', index % 2 === 0 ? '' : '${*}')),
      ),
    'statements with variables': (count) => times(Math.min(count, 60), (index) => allow(open(index))),
    'Deny statements': (count) => [
      allow('*'),
      ...times(count, (index) => ({ ...allow(pattern(index)), Effect: 'Deny' })),
    ],
    'entries of a statement': (count) => [allow(times(count, pattern)), allow(times(count, blurred))],
    'NotResource entries': (count) => [{ ...allow('*'), Resource: undefined, NotResource: times(count, pattern) }],
    'values of StringLike': (count) => [under('StringLike', 'aws:RequestTag/x', times(count, pattern))],
    'values of StringNotLike': (count) => [under('StringNotLike', 'aws:RequestTag/x', times(count, blurred))],
    'values with variables': (count) => [under('StringLike', 'aws:RequestTag/x', times(Math.min(count, 60), open))],
    'values of ArnLike': (count) => [under('ArnLike', 'aws:RequestTag/x', times(count, blurred))],
    'values of StringEquals': (count) => [under('StringEquals', 'aws:RequestTag/n', times(count, String))],
    'values of StringEqualsIgnoreCase': (count) => [
      under(
        'StringEqualsIgnoreCase',
        'aws:RequestTag/y',
        times(count, (index) => `\${aws:username}É${index}`),
      ),
    ],
    'statements for the same resource': (count) =>
      times(count, (index) => ({
        ...allow('arn:aws:s3:::x-*'),
        Condition: { StringEquals: { 'aws:RequestTag/n': String(index) } },
      })),
    'statements for everything, the last without a condition': (count) => [
      ...times(count, (index) => ({ ...allow('*'), Condition: { StringEquals: { 'aws:RequestTag/n': `${index}-` } } })),
      allow('*'),
    ],
    'statements for everything but something': (count) =>
      times(count, (index) => ({ ...allow('*'), Resource: undefined, NotResource: `arn:aws:s3:::x-part-${index}-*` })),
    'Deny statements for everything but something': (count) => [
      allow('*'),
      ...times(count, (index) => ({
        ...allow('*'),
        Effect: 'Deny',
        Resource: undefined,
        NotResource: [`arn:aws:s3:::x-part-${index}-*`, 'arn:aws:s3:eu*', 'arn:aws:s3:::key*'],
      })),
    ],
    'long variables without case': (count) => [
      under(
        'StringEqualsIgnoreCase',
        'aws:RequestTag/w',
        times(count, (index) => `\${aws:RequestTag/v}é${index}`),
      ),
    ],
    'ARNs with data': (count) => [
      under(
        'ArnLike',
        'aws:RequestTag/x',
        times(Math.min(count, 14), (index) => `arn:aws:s3:\${*}:${index}:*`),
      ),
      under(
        'ArnLike',
        'aws:RequestTag/x',
        times(Math.min(count, 14), (index) => `arn:aws:s3:\${aws:username}:${index}:*\${*}`),
      ),
    ],
    'resources by name': (count) => times(count, (index) => allow(`arn:aws:s3:::x-part-${index}-y/end${index % 7}z`)),
  }
  return Object.entries(ways).flatMap(([name, make]) =>
    counts.map((count): Scene => {
      const statements = make(count)
      const questions = asks(count)
      return [`${count} ${name}`, (room) => decisions(room, statements, [...questions, ...questions])]
    }),
  )
}

function allow(resource: unknown): Statement {
  return { Effect: 'Allow', Action: ['s3:Get*', 's3:PutObject'], Resource: resource }
}

/** Keys in another case than the context's, few and many, in contexts small and large. */
function contextScenes(): readonly Scene[] {
  return [1, 7, 8, 9, 20].flatMap((keys) =>
    [2, 63, 64, 65, 300].map((size): Scene => {
      const context = Object.fromEntries(times(size, (index) => [`aws:RequestTag/Tag${index}`, `v${index}`]))
      const condition = Object.fromEntries(
        times(keys, (index) => [`aws:requesttag/tAG${index % size}${index < size ? '' : 'x'}`, `v${index % size}`]),
      )
      const statement = { ...allow('*'), Condition: { StringEqualsIfExists: condition } }
      const ask = { action: 's3:GetObject', resource: 'arn:aws:s3:::b/k', context }
      return [`${keys} keys of ${size}`, (room) => decisions(room, [statement, statement], [ask, ask])]
    }),
  )
}

/** Actions beyond number, shared statements, and the same again. */
function actionScenes(): readonly Scene[] {
  const name = (index: number) => `s3:Get${index}Object`
  const many = times(1_300, (index) => ({ action: name(index), resource: 'arn:aws:s3:::b/k', context: {} }))
  const some = times(40, (index) => ({ action: `s3:GetOther${index}`, resource: 'arn:aws:s3:::b/k', context: {} }))
  const apart = times(60, (index) => ({ ...allow('arn:aws:s3:::b/*'), Action: [name(index), `sqs:Send${index}*`] }))
  const stars = times(40, (index) => ({ ...allow('*'), Action: [`s3:*${index}*Object`, `S3:G?t${index}Object`] }))
  const not = times(20, (index) => ({ Effect: 'Deny', NotAction: [`s3:*${index}*`, 'sqs:*'], Resource: '*' }))
  const asks = [...many.slice(0, 60), ...many.slice(0, 60)]
  const pairs = times(20, (index) => ({
    ...allow(`arn:aws:s3:::b/${index}*`),
    Action: [`s3:A${index}`, `s3:B${index}`],
  }))
  const pairAsks = ['A', 'B'].map((letter) =>
    times(20, (index) => ({ action: `s3:${letter}${index}`, resource: 'arn:aws:s3:::b/1', context: {} })),
  )
  return [
    ['many actions of few statements', (room) => decisions(room, [allow('*')], [...many, ...many])],
    ['actions with the same statements', (room) => decisions(room, [allow('*'), allow('arn:aws:s3:::b/*')], some)],
    ...[14, 15, 16, 17].map(
      (index): Scene => [
        `the statements of ${index + 1} actions, and those of the last again`,
        (room) => decisions(room, pairs, [...(pairAsks[0] ?? []), ...(pairAsks[1] ?? []).slice(index, index + 1)]),
      ],
    ),
    ['a statement for each action', (room) => decisions(room, apart, asks)],
    ['actions with stars', (room) => decisions(room, stars, asks)],
    ['everything but some actions', (room) => decisions(room, [allow('*'), ...not], asks)],
    ['names of actions', (room) => times(9_000, (index) => room.actionMatches('s3:Get?*', name(index % 4_500))).join()],
    ['actions that are nearly what they seem', nearly],
    [
      'services of actions',
      (room) =>
        decisions(
          room,
          times(5_000, (index) => ({ ...allow('*'), Action: `a${index}:b` })),
          some,
        ),
    ],
  ]
}

function nearly(room: Room): string {
  return cornerActions()
    .map((pair) => room.actionMatches(...pair))
    .join()
}

/** Keys with many values of which the first, the last or none decides. */
function listScenes(): readonly Scene[] {
  const many = times(60, (index) => `v${index}`)
  return ['ForAllValues:StringLike', 'ForAnyValue:StringEquals', 'ForAllValues:StringNotEquals'].flatMap((operator) =>
    ['v0', 'v59', 'v*', 'w'].map((wanted): Scene => {
      const statement = { ...allow('*'), Condition: { [operator]: { 'aws:TagKeys': wanted } } }
      const ask = { action: 's3:GetObject', resource: 'arn:aws:s3:::b/k', context: { 'aws:TagKeys': many } }
      return [`${operator} ${wanted}`, (room) => decisions(room, [statement], [ask, ask])]
    }),
  )
}

/** Long texts, many times. */
function longScenes(): readonly Scene[] {
  const text = (letters: string, length: number) => letters.repeat(length).slice(0, length)
  const long = `${text('ab', 900)}c${text('aab', 900)}`
  const ways: Readonly<Record<string, readonly string[]>> = {
    'nearly there': times(20, (index) => `*${text('ab', 500 + index)}b*`),
    'nearly there, with holes': times(20, (index) => `*${text('a?', 500 + index)}b?${text('ab', 40)}*`),
    'many stars': [`${'*a'.repeat(400)}c`, `${'*a*b'.repeat(200)}c*`],
    'short texts': times(30, (index) => `*${text('ba', 3 + index)}*c*b${index}*`),
    'holes alone': times(14, (index) => `*${'?'.repeat(100 + index)}c`),
    'data and holes': times(6, (index) => `*\${*}${text('a?', 130 + index)}*`),
  }
  const values = { 'a long text': long, 'a shorter one': long.slice(600, 1_100), 'with a pair': `${long}\u{1F600}b` }
  return Object.entries(ways).flatMap(([name, patterns]) =>
    Object.entries(values).map(([value, given]): Scene => {
      const statement = { ...allow('*'), Condition: { StringLike: { 'aws:RequestTag/x': patterns } } }
      const ask = { action: 's3:GetObject', resource: 'arn:aws:s3:::b/k', context: { 'aws:RequestTag/x': given } }
      const resource = { ...ask, resource: `arn:aws:s3:::${given}` }
      const statements = [statement, allow(patterns.map((pattern) => `arn:aws:s3:::${pattern}`))]
      return [`${value}: ${name}`, (room) => decisions(room, statements, [ask, resource, ask, resource])]
    }),
  )
}
