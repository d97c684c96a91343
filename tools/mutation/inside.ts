/** Seeded chance for the parts of the engine that have rules of their own: each line is a kind of question and a seed. */
import { chance } from '../chance.ts'
import type * as Engine from './room.ts'
import { bits, grams, lists, type Next, periods, points, sieves, texts, word } from './search.ts'

type Room = typeof Engine

interface Ask {
  readonly kind: string
  readonly seed: number
}

const rounds = 24

/** Gives: questions for `answerInside`. */
export function insideLines(): readonly string[] {
  return Object.entries(kinds).flatMap(([kind, { seeds }]) =>
    Array.from({ length: seeds }, (_, seed) => JSON.stringify({ kind, seed: seed + 1 })),
  )
}

export function answerInside(room: Room, line: string): string {
  const { kind, seed }: Ask = JSON.parse(line)
  const next = chance(seed * 7_919 + kind.length)
  const answers = Array.from({ length: kinds[kind]?.rounds ?? rounds }, () => kinds[kind]?.answer(room, next))
  return JSON.stringify(answers, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value))
}

interface Kind {
  readonly seeds: number
  /** How often it is asked, if not as often as most. */
  readonly rounds?: number
  readonly answer: (room: Room, next: Next) => unknown
}

const kinds: Readonly<Record<string, Kind>> = {
  glob: { seeds: 60, answer: globs },
  runs: { seeds: 40, answer: runs },
  points: { seeds: 30, answer: points },
  bits: { seeds: 24, answer: bits },
  period: { seeds: 4, answer: periods, rounds: 3 },
  text: { seeds: 4, answer: texts, rounds: 12 },
  gram: { seeds: 30, answer: grams },
  sieve: { seeds: 12, answer: sieves },
  list: { seeds: 12, answer: lists },
  tree: { seeds: 30, answer: trees },
  fold: { seeds: 20, answer: folds },
  number: { seeds: 60, answer: numbers },
  instant: { seeds: 40, answer: instants },
  address: { seeds: 30, answer: addresses },
  arn: { seeds: 30, answer: arns },
  truth: { seeds: 1, answer: truths, rounds: 1 },
  memory: { seeds: 4, answer: memories },
  point: { seeds: 1, answer: everyPoint, rounds: 1 },
  huge: { seeds: 1, answer: hugeExponents, rounds: 1 },
  named: { seeds: 20, answer: named },
  inherited: { seeds: 1, answer: inherited, rounds: 1 },
  cover: { seeds: 1, answer: coverable, rounds: 1 },
  readings: { seeds: 1, answer: readings, rounds: 1 },
}

function globs(room: Room, next: Next): unknown {
  const pattern = word(next, ['a', 'b', '*', '?', '\u{1F600}', 'é'], 9)
  const text = word(next, ['a', 'b', 'ab', '\u{1F600}', 'é', '\ud83d'], next(20) === 0 ? 150 : 9)
  const from = Math.min(next(3), text.length)
  const glob = room.globOf(pattern)
  const plain = !/[^\0-\u0fff]/.test(text) && room.covers(pattern, text, { from })
  const small = [room.isLiteral(glob), glob.least, plain, room.isCoverable(text, from)]
  return [room.globMatches(glob, text, from), room.globStarts(glob, text, from), ...small]
}

/** Patterns too long to be tried unit by unit, some of their stretches data. */
function runs(room: Room, next: Next): unknown {
  const letters = ['a', 'a', 'b', '*', '?', 'ab', '\u{1F600}']
  const some = Array.from({ length: 1 + next(4) }, () => ({
    text: word(next, letters, next(6) === 0 ? 90 : 6),
    data: next(3) === 0,
  }))
  const glob = room.globOfRuns(some)
  const fill = () => word(next, ['a', 'b'], 3)
  const plain = some.map(({ text, data }) => (data ? text : text.replace(/\*/g, fill).replace(/\?/g, 'a'))).join('')
  const text = next(3) === 0 ? plain.slice(next(3)) : plain
  return [room.globMatches(glob, text), room.globMatches(glob, `xy${text}`, 2), room.globStarts(glob, text, 0)]
}

function trees(room: Room, next: Next): unknown {
  const tree = room.prefixTree<number>()
  const letters = ['a', 'b', 'ab', 'z', '\u007f', '\u0080', 'é', ' ']
  for (let index = 0; index < 14; index++) room.plant(tree, word(next, letters, 5), index)
  return Array.from({ length: 4 }, () => {
    const text = word(next, [...letters, 'q'], 7)
    const found: unknown[] = []
    let at = 0
    for (
      let node: Engine.PrefixTree<number> | undefined = tree;
      node !== undefined;
      node = room.below(node, text, at)
    ) {
      at += node.label.length
      found.push([at, ...node.values])
    }
    return found
  })
}

function folds(room: Room, next: Next): unknown {
  const letters = [
    'a',
    'A',
    'Z',
    '@',
    '[',
    '`',
    '{',
    'ß',
    'ẞ',
    'ſ',
    'K',
    'é',
    'É',
    'ǅ',
    'İ',
    'ı',
    'ΐ',
    '\u{10400}',
    'ŉ',
    '\u007f',
    'ᾈ',
    'ẖ',
  ]
  const left = word(next, letters, 5)
  const right = next(2) === 0 ? left.toUpperCase() : next(2) === 0 ? left.toLowerCase() : word(next, letters, 5)
  const point = String.fromCodePoint(next(0x11000))
  return [room.fold(left), room.equalsFolded(right, room.fold(left)), room.fold(point)]
}

function numbers(room: Room, next: Next): unknown {
  const one = () => {
    const digits = () => word(next, ['0', '0', '1', '5', '9', '000', '9007199254740993'], 4)
    const sign = ['', '', '-', '+'][next(4)] ?? ''
    const tail = next(2) === 0 ? `.${digits()}` : ''
    const exponent = next(3) === 0 ? `e${['', '-', '+'][next(3)]}${digits()}` : ''
    return `${sign}${digits()}${tail}${exponent}${next(20) === 0 ? 'x' : ''}`
  }
  const [a, b] = [one(), next(4) === 0 ? `${next(100) / 10}` : one()]
  const [left, right] = [room.numberOf(a), room.numberOf(b)]
  if (left === undefined || right === undefined) return [a, left === undefined, right === undefined]
  return [room.compareNumbers(left, right), room.compareNumbers(right, left), room.compareNumbers(left, left)].map(
    Math.sign,
  )
}

function instants(room: Room, next: Next): unknown {
  const two = (most: number) => String(next(most)).padStart(2, '0')
  const one = () => {
    if (next(4) === 0) return word(next, ['0', '1', '9', '17092', '99999999'], 6)
    if (next(9) === 0) return `x${1000 + next(2000)}-12-31`
    const year = String(next(4) === 0 ? [0, 1900, 2000, 2024, 9999][next(5)] : next(10_000)).padStart(4, '0')
    const end = String(28 + next(5))
    const day = `${year}-${two(14)}${next(4) === 0 ? '' : `-${next(2) === 0 ? end : two(33)}`}`
    if (next(3) === 0 || day.length < 10) return day
    const fraction = next(2) === 0 ? '' : `.${word(next, ['0', '1', '9'], 5)}`
    const zone = ['', 'Z', `+${20 + next(6)}:${55 + next(7)}`, `-${two(26)}:${two(62)}`][next(4)] ?? ''
    return `${day}T${two(25)}:${two(61)}${next(4) === 0 ? '' : `:${two(61)}${fraction}`}${zone}`
  }
  const [a, b] = [one(), one()]
  const [left, right] = [room.instantOf(a), room.instantOf(b)]
  if (left === undefined || right === undefined) return [left, right]
  return [left, right, Math.sign(room.compareInstants(left, right)), room.compareInstants(left, left)]
}

function addresses(room: Room, next: Next): unknown {
  const octets = Array.from({ length: 3 + next(3) }, () => String(next(300))).join('.')
  const group = () => next(0x10000).toString(16).slice(next(2))
  const groups = Array.from({ length: next(10) }, group).join(next(4) === 0 ? '::' : ':')
  const text = [octets, groups, `::${groups}`, `${groups}::`, `${groups}:${octets}`, `${group()}::${groups}`][next(6)]
  const block = `${text}/${['', '0', '1', '8', '31', '32', '33', '64', '127', '128', '129', '08', 'x'][next(13)]}`
  const bits = [0, 1, 7, 15, 16, 17, 24, 31, 32][next(9)] ?? 0
  const near = `${next(256)}.${next(256)}.${next(256)}.${next(256)}`
  const test = room.ipAddress([`${near}/${bits}`, `::ffff:${near}/${96 + bits}`, `${block}/8`])
  const other = near.replace(/\d+/g, (octet) => (next(4) === 0 ? String(Number(octet) ^ (1 << next(8))) : octet))
  const scope = room.scopeOf(emptyRequest, false)
  const held = [other, `::ffff:${other}`, `1:2:3:4:5:6:${near}`, `${near}::1`].map((one) => test(one, scope))
  const parts = [
    `1:2:3:4:5:6:${near}`,
    `${near}::1`,
    `::1::`,
    `1::2::3`,
    ':::',
    '1:2:3:4:5:6:7::',
    `${near}/1/2`,
    `/${bits}`,
  ]
  return [room.addressOf(text ?? ''), room.blockOf(block), room.blockOf(text ?? ''), held, parts.map(room.blockOf)]
}

function arns(room: Room, next: Next): unknown {
  const part = () => ['arn', 'aws', 's3', 'iam', '', 'user', 'role/x', 'role', '111122223333', 'aws-cn'][next(10)] ?? ''
  const parts = Array.from({ length: 1 + next(8) }, part)
  const arn = (next(3) === 0 ? parts : ['arn', ...parts]).join(':')
  const service = ['iam', 's3', 'sts'][next(3)] ?? ''
  const whole = `arn:aws:${next(2) === 0 ? service : 'iam'}:${part()}:${part()}:role/${part()}`
  const told = ['', 'role', 'user'].map((type) => [
    room.isArnOf(arn, service, type),
    room.isArnOf(whole, service, type),
  ])
  return [room.partsOf(arn), told]
}

const emptyRequest: Engine.Request = {
  principal: { type: 'anonymous' },
  action: 's3:GetObject',
  resource: '*',
  resourceAccount: '',
  context: {},
}

function hugeExponents(room: Room): unknown {
  const exponents = ['9'.repeat(100_000), '9'.repeat(100_001), `${'0'.repeat(100_001)}5`, `+${'9'.repeat(100_000)}`]
  return exponents.map((exponent) => room.numberOf(`1e${exponent}`) === undefined)
}

function truths(room: Room): unknown {
  const all = [0, 1, 2] as const
  return all.map((left) => [room.not(left), all.map((right) => [room.and(left, right), room.or(left, right)])])
}

/** Texts that are nearly dates or patterns. */
function readings(room: Room): unknown {
  const days = ['12:34', 'x2024-01-01', '2024-04-30', '2024-04-31', '2024-06-31', '2024-09-31', '2024-11-31', '1:']
  const odd = ['\uffff', '\u{10000}', '\u{10000}a', '\uffffa', 'a\u{10000}']
  const globs = odd.flatMap((pattern) =>
    odd.map((text) => [`?${pattern}*`, `${pattern}?`].map((one) => room.globMatches(room.globOf(one), `x${text}`))),
  )
  const points = odd.map((text) => [...room.pointsFrom(text, 0).points])
  return [days.map(room.instantOf), globs, points]
}

/** Texts about as long as may be tried unit by unit. */
function coverable(room: Room): unknown {
  const lengths = [126, 127, 128, 129, 130, 131, 132, 133]
  return lengths.map((length) => [0, 1, 2, 3, 4].map((from) => room.isCoverable('a'.repeat(length), from)))
}

/** How often something is worked out again. */
function memories(room: Room, next: Next): unknown {
  let made = 0
  const make = room.remembering((text) => `${text}${++made}`, { most: 3, longest: 4 })
  return Array.from({ length: 12 }, () => make(word(next, ['a', 'b', 'ab'], 4)))
}

/** What each code point of a plane with letters folds to. */
function everyPoint(room: Room): unknown {
  const stretches = [0, 0x1000, 0x1c00, 0x2000, 0xa600, 0xfb00, 0x10400] as const
  return stretches.map((start) =>
    Array.from({ length: 0x600 }, (_, index) => room.fold(String.fromCodePoint(start + index))).join(''),
  )
}

/** Several managed policies that deny: the first of them is named. */
function named(room: Room, next: Next): unknown {
  const sources = Array.from({ length: 2 + next(6) }, (_, index) => {
    const resource = [
      { Resource: '*' },
      { Resource: 'arn:aws:s3:::b/*' },
      { Resource: ['arn:aws:s3:::b/k', 'arn:aws:s3:::b*', 'arn:aws:s3:::b/*'] },
      { NotResource: 'arn:aws:s3:::c' },
      { Resource: 'arn:aws:s3:::x' },
    ][next(5)]
    const condition = next(3) === 0 ? { Condition: { StringEquals: { 'aws:k': next(2) === 0 ? 'v' : 'w' } } } : {}
    const statement = { Effect: next(4) === 0 ? 'Allow' : 'Deny', Action: 's3:*', ...resource, ...condition }
    const text = JSON.stringify({ Version: '2012-10-17', Statement: [statement] })
    const { policy } = room.parse(text, 'identity')
    const arn = next(5) === 0 ? {} : { arn: `arn:aws:iam::aws:policy/p${index}` }
    return policy === undefined ? [] : [{ policy, ...arn }]
  })
  const layers = { identity: room.compile(sources.flat()) }
  const account = '111122223333'
  const principal = { type: 'user', arn: `arn:aws:iam::${account}:user/a`, account } as const
  return ['arn:aws:s3:::b/k', 'arn:aws:s3:::c', '*'].map((resource) =>
    room.decide(
      { principal, action: 's3:GetObject', resource, resourceAccount: account, context: { 'aws:k': 'v' } },
      layers,
    ),
  )
}

/** What every object inherits is no key of a context. */
function inherited(room: Room): unknown {
  const context: Record<string, string> = Object.create({ 'aws:KEY': 'v' })
  context['aws:other'] = 'w'
  const large: Record<string, string> = { 'aws:K': 'first', 'AWS:k': 'second' }
  for (let index = 0; index < 80; index++) large[`aws:filler${index}`] = String(index)
  const held = ['aws:key', 'AWS:OTHER', 'toString'].map((name) =>
    room.contextValue(room.scopeOf({ ...emptyRequest, context }, false), room.keyOf(name)),
  )
  return [...held, room.contextValue(room.scopeOf({ ...emptyRequest, context: large }, false), room.keyOf('aws:k'))]
}
