/** Documents and questions that chance does not come upon, each for a branch of a reader or of an explanation. */

const allow = { Effect: 'Allow', Action: 's3:GetObject', Resource: 'arn:aws:s3:::b/*' }
const principal = { type: 'user', arn: 'arn:aws:iam::111122223333:user/alice', account: '111122223333' }
const long = (length: number) => 'k'.repeat(length)

function documentOf(...statements: readonly object[]): string {
  return JSON.stringify({ Version: '2012-10-17', Statement: statements })
}

/** Gives: texts, each to be read as every type of policy. */
export function cornerDocuments(): readonly string[] {
  const statements: readonly object[] = [
    ...['aws', 'aws-cn', 'aws-us-gov', 'aws-iso', 'aws-iso-b', 'aws-iso-e', 'aws-iso-f', 'aws-eusc', 'aws-x', ''].map(
      (partition) => ({ ...allow, Resource: `arn:${partition}:s3:::b` }),
    ),
    ...['*', 'user/a', 'x*', 'xuser/a', '', 'report/', 'access-report/x'].map((path) => ({
      ...allow,
      Resource: `arn:aws:iam::111122223333:${path}`,
    })),
    ...['', '*', 'eu-west-1'].flatMap((region) =>
      ['iam', 's3', 'sqs', 's?', 'x'].map((service) => ({
        ...allow,
        Resource: `arn:aws:${service}:${region}:1:user/q`,
      })),
    ),
    ...principals().map((Principal) => ({ ...allow, Principal })),
    ...principals().map((NotPrincipal) => ({ ...allow, Effect: 'Deny', NotPrincipal })),
    { ...allow, Principal: { AWS: ['111122223333', 'x', 'y'], Service: ['x', 'ec2.amazonaws.com', 'y'] } },
    ...['a-', '-a', '-', 'a b', 'é', 'A1'].map((Sid) => ({ ...allow, Sid, Action: 's3' })),
    { ...allow, NotPrincipal: { AWS: '111122223333' } },
    { ...allow, Action: '*', NotResource: '*', Resource: undefined, Principal: '*' },
    { ...allow, Action: '*', Resource: '*', Principal: { Service: '*' } },
    { ...allow, Action: '*', Resource: ['*', '*'], Principal: { AWS: '*', Service: '*' } },
    ...['s3', 's3:', ':x', 's3:a:b', 's3-x.y:z', 's 3:x', '*', '*:*', '*:x', 's*:x', 's3:*:*', ''].map((Action) => ({
      ...allow,
      Action,
    })),
    ...[127, 128, 129, 130, 200].flatMap((length) => [
      { ...allow, [long(length)]: 1 },
      { ...allow, Condition: { [long(length)]: { 'aws:x': 'y' } } },
      { ...allow, Condition: { StringEquals: { [long(length)]: null } } },
      { ...allow, Condition: { DateLessThan: { [`a:${long(length)}`]: 'x' } } },
      { ...allow, Condition: { DateLessThan: { [long(length)]: ['2020-01-01', 'x'] } } },
      { ...allow, Principal: { [long(length)]: 'x' } },
    ]),
    ...['ALLOW', 'xallow', 'allowx', 'DENY', 'denyy', 'xdeny'].map((Effect) => ({ ...allow, Effect, Action: 7 })),
    ...['Allow', 'allow', 'x'].map((Effect) => ({ ...allow, Effect, Action: '*', Resource: '*', Principal: '*' })),
    { ...allow, Action: [1, 's3', null, 's3:x'], NotAction: 'a' },
  ]
  const twice = { Sid: '', Effect: 'Allow', Action: 's3:x', Resource: 'x' }
  return [
    ...statements.map((statement) => documentOf(statement)),
    documentOf(twice, twice, { ...twice, Sid: 'a' }, { ...twice, Sid: 'a' }),
    ...[8, 9, 10, 12].flatMap((count) => [
      documentOf(manyMembers(count, false)),
      documentOf(manyMembers(count, true)),
      documentOf({ ...allow, Condition: { StringEquals: keys(count), StringLike: keys(count) } }),
      documentOf(allow).replace('"s3:GetObject"', '["s3:a:b"]').repeat(1),
      `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"StringEquals":{${members(count)}}}}]}`,
    ]),
    ...[62, 63, 64, 65, 66].map((depth) => `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`),
    ...['"abc', '{"a', '{"a":"b\\n', '{"a":"b\\', '{"a":"\\u00e', '["\\u00ex"]', '["\\a"]', '["\\', '[\t\n\r 1 ,\t2 ]'],
    ...[
      '[1 2]',
      '{"a":1 "b":2}',
      '{"a":1,}',
      '{ }',
      '{ "a" : 1 , "b" : 2 }x',
      '[1]]',
      '{"a":"\u001f"}',
      '{"a":"\\"\u001f"}',
    ],
    ...['{"Version":"2012-10-17","Statement":[]}', '{"Statement":{"Effect":"Allow"}}', '{"Id":1,"Statement":[1]}'],
    `{"Version":"2012-10-17","Id":"${'é'.repeat(3)}\u0100","Statement":[${JSON.stringify(allow)}]}`,
    ...[' ', '\t', '\n', '\r', '\u00a0', '\f'].map((space) => `${space}${documentOf(allow)}${space}`),
  ].filter((text, index, all) => all.indexOf(text) === index)
}

/** Members of a condition of which the last is said twice. */
function members(count: number): string {
  const names = Array.from({ length: count }, (_, index) => `"aws:k${index}":"v"`)
  return [...names, `"aws:k${count - 1}":"w"`].join(',')
}

function keys(count: number): object {
  return Object.fromEntries(Array.from({ length: count }, (_, index) => [`aws:k${index}`, ['v', 'w']]))
}

function manyMembers(count: number, odd: boolean): object {
  const extra = Object.fromEntries(Array.from({ length: count }, (_, index) => [`Foo${index}`, 1]))
  return odd ? { ...allow, ...extra } : { ...allow, Principal: extra }
}

function principals(): readonly unknown[] {
  const account = '111122223333'
  const id = 'AIDA'.padEnd(16, 'B')
  const aws = [
    account,
    `x${account}`,
    `${account}4`,
    `arn:aws:iam::${account}:root`,
    `xarn:aws:iam::${account}:root`,
    `arn:aws:iam::${account}:root/x`,
    `arn:aws:iam::${account}:rootx:root`,
    `arn:aws:iam::${account}:user/a`,
    `xarn:aws:iam::${account}:user/a`,
    `arn:aws:iam::${account}:user/a*`,
    `arn:aws:iam::${account}:user/`,
    `arn:aws:sts::${account}:assumed-role/a/b`,
    `arn:aws:sts::${account}:assumed-role/a?/b`,
    `arn:aws:sts::${account}:assumed-role/a/b/c`,
    `arn:aws:sts::${account}:federated-user/a`,
    id,
    `x${id}`,
    `${id}!`,
    id.slice(0, 15),
    'AROA'.padEnd(128, 'A'),
    'AROA'.padEnd(129, 'A'),
    '*',
    '**',
  ]
  const hex = '0123456789abcdef'.repeat(4)
  return [
    '*',
    'x',
    7,
    {},
    { AWS: [] },
    ...aws.map((AWS) => ({ AWS })),
    ...['ec2.amazonaws.com', 'ec2.amazonaws.com/x', 'ec2', 'EC2.amazonaws.com', 'x ec2.amazonaws.com', 's*.x'].map(
      (Service) => ({ Service }),
    ),
    ...[
      'accounts.google.com',
      'accounts.google.com/',
      '/accounts.google.com',
      'google',
      `arn:aws:iam::${account}:oidc-provider/x`,
      `arn:aws:iam::${account}:saml-provider/x*`,
      `xarn:aws:iam::${account}:saml-provider/x`,
    ].map((Federated) => ({ Federated })),
    ...[hex, `${hex}0`, hex.slice(1), `x${hex}`, hex.toUpperCase(), account].map((CanonicalUser) => ({
      CanonicalUser,
    })),
  ]
}

/** Gives: lines that are read as questions. */
export function cornerLines(): readonly string[] {
  const request = { principal, action: 's3:GetObject', resource: 'arn:aws:s3:::b', resourceAccount: '111122223333' }
  const line = (changes: object, rest: object = { policies: {} }) =>
    JSON.stringify({ id: 'q', request: { ...request, context: {}, ...changes }, ...rest })
  const document = { Version: '2012-10-17', Statement: allow }
  const bad = { Version: '2012-10-17', Statement: { ...allow, Effect: 'x', Action: 's3' } }
  const { resourceAccount, ...ownerless } = request
  const kinds = ['user', 'assumedRole', 'federatedUser', 'root', 'service', 'webIdentity', 'saml', 'anonymous', 'x', 7]
  const parts = {
    arn: principal.arn,
    account: '1',
    roleArn: 'r',
    userArn: 'u',
    service: 's',
    provider: 'p',
    uniqueId: 'i',
  }
  return [
    ...[{}, [], true, 7, '', null].map((id) => line({}, { id, policies: {} })),
    ...[{ id: 1 }, { request: {} }, { policies: 1 }, {}].map((whole) => JSON.stringify(whole)),
    JSON.stringify({ request, policies: {}, [long(120)]: 1 }),
    JSON.stringify({ request, [long(120)]: 1 }),
    ...[99, 100, 101, 120].flatMap((length) => [
      line({ [long(length)]: 1 }),
      line({}, { policies: { [long(length)]: [] } }),
      line({ context: { [long(length)]: {} } }),
      line({ context: { [long(length)]: '1', [long(length).toUpperCase()]: '2' } }),
      line({}).replace('"context":{}', `"context":{},"${long(length)}":1,"${long(length)}":2`),
    ]),
    ...[
      'arn:aws:sqs:eu:111122223333:q',
      'arn:aws:sqs:eu:x111122223333:q',
      'arn:aws:sqs:eu:1111222233334:q',
      'arn',
      '*',
      '',
    ].map((resource) => JSON.stringify({ id: 'q', request: { ...ownerless, resource }, policies: {} })),
    ...kinds.flatMap((type) => [
      line({ principal: { type, ...parts } }),
      line({ principal: { type } }),
      ...Object.keys(parts).map((left) => line({ principal: { type, ...parts, [left]: undefined } })),
      ...Object.keys(parts).map((left) => line({ principal: { type, ...parts, [left]: 7 } })),
      JSON.stringify({ request: { ...ownerless, principal: { type, ...parts }, resource: '*' }, policies: {} }),
    ]),
    ...[[document], [document, document], [], [[document]], document, 'x', bad, [bad], null].flatMap((given) =>
      ['identity', 'resource', 'scp', 'rcp', 'permissionsBoundary', 'session', 'vpcEndpoint', 'other'].map((layer) =>
        line({}, { policies: { [layer]: given } }),
      ),
    ),
    ...[{ a: ['x'] }, { a: [] }, { a: [null] }, { a: null }, { a: 1, b: true }, { a: {} }, 'x', null].map((context) =>
      line({ context }),
    ),
    ...[{}, { managementAccount: 1 }, { managementAccount: '1', more: 1 }, 'x', null].map((organization) =>
      line({ organization }),
    ),
    ...explained(line),
  ]
}

/** A document about which there is nothing to tell, and what comes of it when a sign or a member is left out, doubled or changed. */
export function damagedDocuments(documents: readonly { readonly text: string; readonly type: string }[]) {
  return documents.flatMap(({ text, type }) => {
    const signs = [...text.matchAll(/[{}[\],:"]/g)].map(({ index }) => index)
    const cut = signs.flatMap((at) => [text.slice(0, at) + text.slice(at + 1), text.slice(0, at + 1) + text.slice(at)])
    const values = [...text.matchAll(/"[A-Z][A-Za-z]*":("[^"]*"|\[[^\]]*\]|\{[^{}]*\}),?/g)]
    const bent = values.flatMap(({ index, 0: whole, 1: value = '' }) => {
      const rest = text.slice(index + whole.length)
      const before = text.slice(0, index)
      const member = whole.endsWith(',') ? whole.slice(0, -1) : whole
      const put = (other: string) => before + member.replace(value, other) + (whole.endsWith(',') ? ',' : '') + rest
      const others = ['[]', '7', '""', '{}', 'null', '["x",1]', '"*"', '["*"]', '"x"', 'true', '"2012"', '["é","Ā"]']
      return [before + rest, `${before}${member},${member}${whole.endsWith(',') ? ',' : ''}${rest}`, ...others.map(put)]
    })
    return [...new Set([...cut, ...bent])].map((one) => ({ text: one, type }))
  })
}

/** Questions for the corners of explanations. */
function explained(line: (changes: object, rest: object) => string): readonly string[] {
  const open = { ...allow, Action: '*', Resource: '*' }
  const policies = (...statements: readonly object[]) => ({ policies: { identity: [documentOf(...statements)] } })
  const texts = { 'aws:username': 'v'.repeat(3_000), 'aws:x': 'w'.repeat(1_096), 'aws:y': 'z' }
  const under = (condition: object) => policies({ ...open, Condition: condition })
  const resourceOf = (extra: object) => ({ policies: { resource: documentOf({ ...open, ...extra }) } })
  const half = { 'aws:h': '\ud801', 'aws:k': '\ud801\udc28', 'aws:v': 'Ab'.repeat(60) }
  const manager = { organization: { managementAccount: '111122223333' } }
  const scp = [[documentOf({ ...open, Effect: 'Deny', Condition: { StringEquals: { 'aws:CurrentTime': 'x' } } }, open)]]
  const named = { ...open, Condition: { StringEquals: { 'aws:username': 'x' } } }
  const otherwise = { ...open, Condition: { StringEquals: { 'AWS:UserName': 'x' } } }
  return [
    line(manager, { policies: { scp, identity: [documentOf(named)] } }),
    line({}, { policies: { scp, identity: [documentOf(named, otherwise)] } }),
    line({}, { policies: { scp, identity: [documentOf(open)] } }),
    line({}, { policies: { identity: [documentOf({ ...named, Effect: 'Deny' }, open)] } }),
    ...['${aws:h}\udc00', '${aws:h}\udc28', 'x${aws:h}\udc00', '${aws:h}${aws:h}', '\ud801${aws:h}'].flatMap((value) =>
      ['StringEquals', 'StringEqualsIgnoreCase', 'StringLike'].flatMap((operator) => [
        line({ context: half }, under({ [operator]: { 'aws:k': value } })),
        line({ context: { ...half, 'aws:k': 'X\ud801\udc28' } }, under({ [operator]: { 'aws:k': [value, 'y'] } })),
      ]),
    ),
    ...[
      "${, 'z'}",
      "${aws:y, ''}",
      "${aws:none, 'z'",
      "${aws:none, 'z'}}",
      "${aws:none, 'a', 'z'}",
      "${aws:none, '}', 'z'}",
      "x${aws:y}'}",
    ].map((value) => line({ context: { ...texts, 'aws:k': 'z' } }, under({ StringEquals: { 'aws:k': [value, 'q'] } }))),
    line({ context: texts }, under({ StringEquals: { 'aws:k': '${aws:username}${aws:x}${aws:y}' } })),
    line({ context: texts }, under({ StringEquals: { 'aws:k': '${aws:username}${aws:x}' } })),
    line({ context: texts }, under({ NumericEquals: { 'aws:k': '${aws:y}' }, ArnLike: { 'aws:k': '${aws:y}*${*}' } })),
    line({}, under({ StringEquals: { 'aws:k': '${aws:y}', 'aws:l': 'm', 'aws:username': 'a', 'aws:sourceip': 'b' } })),
    line({}, resourceOf({ Effect: 'Deny', Principal: undefined, NotPrincipal: '*' })),
    line({}, resourceOf({ Principal: { AWS: 'arn:aws:iam::111122223333:user/bob', Service: 'x.y' } })),
    line({}, policies({ ...open, Resource: ['arn:aws:s3:::${aws:username}/${aws:y}', 'arn:aws:s3:::c'] })),
    line(
      { context: { 'aws:y': 'z' } },
      policies({ ...open, Resource: 'arn:aws:s3:::${aws:username}/${aws:y}${aws:x}' }),
    ),
    line({ context: texts }, policies({ ...open, Resource: undefined, NotResource: 'arn:aws:s3:::${aws:y}*' })),
  ]
}

/** Actions and patterns that are nearly what they seem. */
export function cornerActions(): readonly (readonly [string, string])[] {
  const filler = 'a'.repeat(2_000)
  const actions = [
    's3:GetObject:x',
    ':x',
    ':',
    's3:\u{1F600}',
    '\u212ams:Get',
    'KMS:Get',
    'S3:GETÉ',
    's3:geté',
    `s3:${filler}`,
    ...[124, 125, 126, 127].map((length) => `s3:${'a'.repeat(length)}`),
    ...[124, 125, 126, 127].map((length) => `s3:${'a'.repeat(length - 1)}B`),
  ]
  const patterns = [
    's3:Get*:x',
    's3:*:*',
    ':*',
    ':?',
    '?:x',
    's3:?',
    's3:??',
    'kms:*',
    'kms:g?t',
    's3:getÉ',
    'S3:Get?',
    `s3:*${'a'.repeat(200)}b`,
    `s3:*${'a'.repeat(60)}b*`,
    's3:a?*a',
    's3:*?b',
  ]
  return patterns.flatMap((pattern) => actions.map((action) => [pattern, action] as const))
}
