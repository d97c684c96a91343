import { chance } from '../chance.ts'

const texts = [
  '',
  '*',
  'x',
  'Allow',
  'allow',
  'Deny',
  's3:GetObject',
  's3:',
  ':x',
  's3:Get Object',
  's3:*:x',
  's*:Get',
  '?3:x',
  '*:*',
  '**',
  's3express:x',
  'sts:AssumeRole',
  'arn:aws:s3:::a',
  'arn:aws',
  'arn:aws:s3',
  'arn:aws:s3:::a:b',
  'ARN:aws:s3:::a',
  'arn::s3:::x',
  'arn:aws:*:*:*:*',
  'arn:aws:iam::123456789012:root',
  'arn:aws:iam::123456789012:user/*',
  'arn:aws:iam::123456789012:user/a',
  'arn:aws:sts::123456789012:assumed-role/a/b',
  '123456789012',
  '12345678901',
  'AIDAABCDEFGH',
  'AROAABCDEFGHIJKLMNOP',
  's3.amazonaws.com',
  '2012-10-17',
  '2008-10-17',
  '2020-01-01',
  '${aws:username}',
  '${',
  "${aws:x, 'y'",
  'é',
  'ā',
  '\u{1F600}',
  '\u0000',
  'true',
  'TRUE',
  '10',
  '1e5',
  '2024-01-01T00:00:00Z',
  '10.0.0.0/8',
  '10.0.0.1/33',
  'a b',
  'a-b',
  'QQ==',
  'x'.repeat(300),
] as const
const values = [
  null,
  true,
  false,
  0,
  1.5,
  -1000,
  123456789012345,
  [],
  {},
  [[]],
  [''],
  ['*', 'x'],
  [1, true],
  [{}],
  { AWS: '*' },
  { AWS: [] },
  'x',
] as const
const keys = [
  'Sid',
  'Id',
  'Version',
  'Statement',
  'Effect',
  'Principal',
  'NotPrincipal',
  'Action',
  'NotAction',
  'Resource',
  'NotResource',
  'Condition',
  'sid',
  'action',
  'Foo',
  '',
  'AWS',
  'Service',
  'Federated',
  'CanonicalUser',
  'aws',
  'StringEquals',
  'stringequals',
  'StringEqualsIfExists',
  'ForAllValues:StringLike',
  'ForAnyValue:Null',
  'Null',
  'NullIfExists',
  'Bool',
  'NumericLessThan',
  'IpAddress',
  'ArnLike',
  'BinaryEquals',
  'DateGreaterThan',
  'Foo:StringEquals',
  'aws:username',
  'AWS:UserName',
  's3:prefix',
  'aws:PrincipalTag/x',
  'request',
  'principal',
  'type',
  'arn',
  'account',
  'roleArn',
  'userArn',
  'provider',
  'service',
  'action',
  'resource',
  'resourceAccount',
  'context',
  'organization',
  'policies',
  'identity',
  'session',
  'scp',
  'rcp',
  '__proto__',
] as const
const pieces = [
  '',
  '"',
  '{',
  '}',
  '[',
  ']',
  ',',
  ':',
  '\\',
  '\\u00e9',
  '\\ud800',
  '\\x',
  '\\u12',
  '\u0000',
  '\n',
  '\t',
  ' ',
  'null',
  '0',
  '01',
  '-',
  '1e',
  '1.',
  '"Sid":"a",',
  '"Statement":[],',
  '/**/',
  'é',
  '\u{1F600}',
] as const

type Next = (below: number) => number
type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json }

/** Documents with one to three mistakes in their text or in their values, in several layouts. */
export function brokenDocuments(documents: readonly string[]): readonly string[] {
  const next = chance(4_711)
  return Array.from({ length: 3_000 }, (_, index) => {
    const document = documents[(index * 7) % documents.length] ?? '{}'
    if (index % 4 === 0) return cut(next, laidOut(next, document))
    return laidOut(next, bent(next, document, 1 + next(3)))
  })
}

/** Lines that are hardly a question any more. */
export function brokenLines(lines: readonly string[]): readonly string[] {
  const next = chance(1_729)
  return Array.from({ length: 600 }, (_, index) => {
    const line = lines[(index * 7) % lines.length] ?? '{}'
    return index % 4 === 0 ? cut(next, line) : bent(next, line, 1 + next(2))
  })
}

/** Lines that chance does not come upon. */
export function oddLines(): readonly string[] {
  const principal = '"principal":{"type":"user","arn":"arn:aws:iam::111122223333:user/a","account":"111122223333"}'
  const request = (rest: string) => `{"id":"q","request":{${principal},"action":"s3:GetObject"${rest}},"policies":{}}`
  const long = 'k'.repeat(150)
  const keys = Array.from({ length: 300 }, (_, index) => `"k${index}":"v"`).join(',')
  return [
    request(',"resource":"*","resourceAccount":"111122223333","context":{"a:b":"1","A:B":"2"}'),
    request(`,"resource":"*","resourceAccount":"111122223333","context":{"${long}":"1","${long.toUpperCase()}":"2"}`),
    request(`,"resource":"*","resourceAccount":"111122223333","context":{${keys}}`),
    request(',"resource":"*","resourceAccount":"111122223333","context":{"a":"1"},"context":{}'),
    request(`,"resource":"*","resourceAccount":"111122223333","context":{},"${long}":1,"${long}":2`),
    request(',"resource":"*","context":{}'),
    request(',"resource":"arn:aws:s3:::a","context":{}'),
    request(',"resource":"arn:aws:s3:::a","resourceAccount":"1","context":{}'),
    request(',"resource":"arn:aws:s3:::a","resourceAccount":"111122223333","context":"x"'),
    request(',"resource":"arn:aws:s3:::a","resourceAccount":"111122223333","context":{"a":["x",1]}'),
    request(',"resource":"arn:aws:s3:::a","resourceAccount":"111122223333","context":{},"organization":{}'),
    request(
      ',"resource":"arn:aws:s3:::a","resourceAccount":"111122223333","context":{},"organization":{"managementAccount":"x"}',
    ),
    `{"id":7,"request":{},"policies":{}}`,
    `{"id":"q","request":{}}`,
    `{"id":"q","policies":{}}`,
    `{"id":"a","id":"b","request":{},"policies":{}}`,
    `{"id":"q","request":{},"policies":{},"more":1}`,
    '',
    'null',
    '[]',
    '{}',
    '{"id":"q"}',
    '{"id":"q"',
  ]
}

/** What chance does not come upon. */
export function oddDocuments(): readonly string[] {
  const statement = '{"Effect":"Allow","Action":"s3:GetObject","Resource":"*"}'
  const withSid = (sid: string) =>
    `{"Version":"2012-10-17","Statement":[{"Sid":${sid},"Effect":"Allow","Action":"*","Resource":"*"}]}`
  const snippets = [
    '01',
    '1.',
    '.5',
    '1e',
    '1e+',
    '-',
    '+1',
    '-0',
    '1E5',
    '0.10',
    '1e999',
    '"\\u12"',
    '"\\x"',
    '"\\ud800"',
    '"\\ud83d\\ude00"',
    '"\\/\\b\\f\\n\\r\\t\\"\\\\"',
    '"\t"',
    '"\u007f"',
    'tru',
    'true ',
    'nul',
    '"',
    '""',
    '{',
    '[',
    '[1,]',
    '{"a":1,}',
    '{"a"}',
    '{a:1}',
    "'a'",
    '"a" "b"',
    '"\\uD83Dx"',
    '"\\uABCD\\uabcd"',
  ]
  const deep = (depth: number) => `${'['.repeat(depth)}${']'.repeat(depth)}`
  const odd = [
    ...['', ' ', '\n', '\ufeff{}', '{}', '[]', 'null', '1', '"x"', '{} x', '{}}', '{', '//'],
    ...snippets.map(withSid),
    ...snippets.map(
      (snippet) =>
        `{"Statement":[{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"StringEquals":{"a:b":[${snippet}]}}}]}`,
    ),
    ...[10, 30, 62, 63, 64, 65, 66, 100, 1_000].map((depth) => withSid(deep(depth))),
    ...[1, 50, 99, 100, 101, 150].map(
      (count) => `{"Statement":[${Array.from({ length: count }, () => '{"Effect":"x"}').join(',')}]}`,
    ),
    ...[0, 1, 2, 3].map(
      (count) =>
        `{"Version":"2012-10-17","Statement":[${Array.from({ length: count }, () => statement).join(',\n ')}]}`,
    ),
    `{"Version":"2012-10-17","Statement":${statement}}`,
    `{"Version":"2012-10-17","Version":"2008-10-17","Statement":${statement}}`,
    `{"Version":"2012-10-17","Statement":${statement},"Statement":${statement}}`,
    `{"Version":"2012-10-17","Statement":[${statement},{"Sid":"A","Effect":"Deny","Action":"*","Resource":"*"},{"Sid":"A","Effect":"Deny","Action":"*","Resource":"*"}]}`,
    `{"Version":"2012-10-17","Id":"x","Statement":[${statement}]}`,
    `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["s3:a","s3:a"],"Resource":["*","*"],"Condition":{"StringEquals":{"a:b":"c","A:B":"d"},"stringequals":{"a:b":"e"}}}]}`,
    `\r\n{\r\n"Version":"2012-10-17",\r"Statement":\n\n[${statement}, 1]}`,
  ]
  const large = Array.from({ length: 300 }, (_, index) => {
    const condition =
      index % 3 === 0 ? `,"Condition":{"StringEquals":{"aws:PrincipalTag/t${index}":["a${index}","b"]}}` : ''
    const principal = index % 2 === 0 ? '"Principal":{"AWS":["111122223333","*"]},' : ''
    return [
      `{"Sid":"S${index}","Effect":"Allow",${principal}"Action":["s3:Get${index}","sqs:*"],"Resource":"arn:aws:s3:::b${index}/*"${condition}}`,
      principal,
    ] as const
  })
  for (const wanted of [true, false]) {
    const some = large.filter(([, principal]) => (principal !== '') === wanted).map(([text]) => text)
    const whole = `{"Version":"2012-10-17","Id":"large","Statement":[${some.join(',')}]}`
    odd.push(whole, JSON.stringify(JSON.parse(whole), undefined, 2), JSON.stringify(JSON.parse(whole), undefined, '\t'))
  }
  // Each odd text as each of the eight types, as the place in the list decides the type.
  return odd.flatMap((text) => Array.from({ length: 8 }, () => text))
}

function laidOut(next: Next, text: string): string {
  const layout = next(3)
  if (layout === 0) return text
  try {
    return JSON.stringify(JSON.parse(text), undefined, layout === 1 ? 2 : '\t')
  } catch {
    return text
  }
}

function cut(next: Next, text: string): string {
  const at = next(text.length + 1)
  return text.slice(0, at) + (pieces[next(pieces.length)] ?? '') + text.slice(at + next(4))
}

function bent(next: Next, text: string, times: number): string {
  let value = jsonOf(text)
  if (value === undefined) return cut(next, text)
  for (let time = 0; time < times; time++) value = changed(next, value, next(countOf(value)))
  return JSON.stringify(value)
}

/** Gives: `undefined` for what is not JSON. */
function jsonOf(text: string): Json | undefined {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function countOf(value: Json): number {
  if (typeof value !== 'object' || value === null) return 1
  return 1 + Object.values(value).reduce<number>((sum, below) => sum + countOf(below), 0)
}

/** Changes the value at a place, counted from the outermost. */
function changed(next: Next, value: Json, place: number): Json {
  if (place === 0) return other(next, value)
  if (typeof value !== 'object' || value === null) return value
  let rest = place - 1
  const below = (one: Json): Json => {
    const count = countOf(one)
    const result = rest >= 0 && rest < count ? changed(next, one, rest) : one
    rest -= count
    return result
  }
  if (Array.isArray(value)) return value.map(below)
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, below(one)]))
}

function other(next: Next, value: Json): Json {
  const choice = next(4)
  if (choice === 0) return values[next(values.length)] ?? null
  if (choice === 1 && (typeof value !== 'object' || value === null)) return texts[next(texts.length)] ?? ''
  if (Array.isArray(value))
    return (
      [[...value, ...value], value.slice(1), [...value, texts[next(texts.length)] ?? ''], value[0] ?? null][next(4)] ??
      null
    )
  if (typeof value === 'object' && value !== null) return otherObject(next, Object.entries(value))
  return choice === 2 ? [value] : (texts[next(texts.length)] ?? '')
}

function otherObject(next: Next, entries: readonly (readonly [string, Json])[]): Json {
  const at = next(entries.length + 1)
  const key = keys[next(keys.length)] ?? ''
  const how = next(3)
  if (how === 0) return Object.fromEntries(entries.filter((_, index) => index !== at))
  if (how === 1) return Object.fromEntries(entries.map(([name, one], index) => [index === at ? key : name, one]))
  const [, copied = ''] = entries[at] ?? []
  return Object.fromEntries([...entries, [key, next(2) === 0 ? copied : (texts[next(texts.length)] ?? '')]])
}
