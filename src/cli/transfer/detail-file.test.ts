import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import fc from 'fast-check'
import { Stop } from '../stop.ts'
import { readDetailFiles } from './detail-file.ts'
import { type Mapping, mappingOf } from './mapping.ts'

const folder = mkdtempSync(join(tmpdir(), 'cardea-detail-'))
after(() => rmSync(folder, { recursive: true }))

const none = mappingOf([])
const empty = { UserDetailList: [], GroupDetailList: [], RoleDetailList: [], Policies: [] }
const document = { Version: '2012-10-17', Statement: { Effect: 'Allow', Action: '*', Resource: '*' } }

function read(content: unknown, mapping: Mapping = none) {
  const path = join(folder, 'details.json')
  writeFileSync(path, content instanceof Uint8Array || typeof content === 'string' ? content : JSON.stringify(content))
  return readDetailFiles([path], mapping)
}

function user(name: string, more: object = {}) {
  return { UserName: name, Path: '/', Arn: `arn:aws:iam::111122223333:user/${name}`, ...more }
}

function refused(content: unknown, says: RegExp): void {
  assert.throws(
    () => read(content),
    (cause) => {
      assert.ok(cause instanceof Stop)
      assert.equal(cause.code, 2)
      assert.match(cause.message, says)
      return true
    },
  )
}

test('a file that is no answer, or only a part of one, is refused in words that say where', () => {
  const bob = { ...user('bob'), Arn: 'arn:aws:iam::444455556666:user/bob' }
  const version = { VersionId: 'v1', Document: document }
  const policy = { PolicyName: 'p', Path: '/', Arn: 'arn:aws:iam::111122223333:policy/p' }
  const cases: readonly (readonly [unknown, RegExp])[] = [
    ['', /is no JSON/],
    ['{"UserDetailList":[', /is no JSON/],
    [new Uint8Array([0x7b, 0xff, 0x7d]), /is no JSON/],
    [`${'['.repeat(100_000)}${']'.repeat(100_000)}`, /nested deeper than 100/],
    [null, /is not an object/],
    [[], /tells of no account/],
    ['"text"', /is not an object/],
    [{ Users: [] }, /is no answer of GetAccountAuthorizationDetails/],
    [empty, /tells of no account/],
    [{ UserDetailList: {} }, /details\.json: UserDetailList is not a list/],
    [{ UserDetailList: [null] }, /UserDetailList\[0\] is not an object/],
    [{ UserDetailList: [{}] }, /UserDetailList\[0\]\.Arn is no ARN of an account/],
    [{ UserDetailList: [user('ann', { Arn: 'arn:aws-cn:iam::111122223333:user/ann' })] }, /in the partition aws/],
    [{ UserDetailList: [user('ann'), bob] }, /is of account 444455556666, and what stands before it of 111122223333/],
    [{ UserDetailList: [user('ann', { Arn: 'arn:aws:iam::111122223333:user/bob' })] }, /should be \S+user\/ann/],
    [{ UserDetailList: [user('ann', { Path: 7 })] }, /UserDetailList\[0\]\.Path is not a text/],
    [
      { UserDetailList: [user('ann'), user('Ann', { Tags: [] })] },
      /tells Ann a second time, and differently|should be/,
    ],
    [{ UserDetailList: [user('ann', { Tags: [{ Key: 'a' }] })] }, /Tags\[0\]\.Value is missing/],
    [{ UserDetailList: [user('ann', { UserPolicyList: [{ PolicyName: 'p' }] })] }, /PolicyDocument is missing/],
    [
      { UserDetailList: [user('ann', { UserPolicyList: [{ PolicyName: 'p', PolicyDocument: '%7Bx' }] })] },
      /is no policy document/,
    ],
    [{ Policies: [{ ...policy, PolicyVersionList: [version] }] }, /has not one default version/],
    [
      { Policies: [{ ...policy, PolicyVersionList: [{ ...version, VersionId: '__proto__' }] }] },
      /is not the id of a version/,
    ],
    [{ UserDetailList: [user('ann')], IsTruncated: true, Marker: 'x' }, /is cut off/],
    [{ UserDetailList: [user('ann')], NextToken: 'x' }, /is cut off/],
  ]
  for (const [content, says] of cases) refused(content, says)
  assert.throws(() => readDetailFiles([join(folder, 'missing.json')], none), /missing\.json cannot be read/)
  assert.throws(() => readDetailFiles([folder], none), /cannot be read/)
})

test('whatever a file holds, it is read or refused, and never anything else', () => {
  const texts = fc.constantFrom('arn:aws:iam::111122223333:user/a', 'a', '/', '%7B%7D', '{}', 'v1', '__proto__')
  const names = fc.constantFrom(
    ...['UserDetailList', 'RoleDetailList', 'Policies', 'Arn', 'UserName', 'Path', 'Tags', 'Key', 'PolicyVersionList'],
    ...['AssumeRolePolicyDocument', 'PolicyDocument', 'IsDefaultVersion', '__proto__', 'constructor', 'toString'],
  )
  const { value } = fc.letrec((tie) => ({
    value: fc.oneof(
      { maxDepth: 5 },
      fc.constantFrom(null, true, 7),
      texts,
      fc.array(tie('value'), { maxLength: 3 }),
      fc.dictionary(names, tie('value'), { maxKeys: 4 }),
    ),
  }))
  fc.assert(
    fc.property(value, (content) => {
      try {
        read(JSON.stringify(content))
      } catch (cause) {
        assert.ok(cause instanceof Stop, String(cause))
      }
    }),
    { numRuns: 500, seed: 7 },
  )
})

test('pages of one account become one, accounts of one file stay apart, and documents come in each of their forms', () => {
  const inline = (PolicyDocument: unknown) => ({ UserPolicyList: [{ PolicyName: 'p', PolicyDocument }] })
  const encoded = encodeURIComponent(JSON.stringify(document))
  const other = { UserName: 'eve', Path: '/', Arn: 'arn:aws:iam::444455556666:user/eve' }
  const told = read([
    { UserDetailList: [user('ann', inline(document)), user('bob', inline(encoded))], IsTruncated: true, Marker: 'x' },
    { UserDetailList: [user('bob', inline(encoded)), user('cyd', inline(JSON.stringify(document)))] },
    { UserDetailList: [other] },
  ])
  assert.deepEqual(
    told.map(({ details: { account, users } }) => [account, [...users.keys()]]),
    [
      ['111122223333', ['ann', 'bob', 'cyd']],
      ['444455556666', ['eve']],
    ],
  )
  for (const { inline: held } of told[0]?.details.users.values() ?? [])
    assert.equal(held.get('p'), JSON.stringify(document))
})

test('another account is named wherever the old one was, and another principal in policies only', () => {
  const gone = 'arn:aws:iam::111122223333:user/gone=by'
  const trust = (AWS: unknown) => ({ Statement: { Principal: { AWS }, Condition: { B: ['bucket-111122223333'] } } })
  const Arn = 'arn:aws:iam::111122223333:role/r'
  const named = ['111122223333', 'arn:aws:iam::111122223333:root', gone, 'arn:aws:iam::999900001111:root']
  const file = { RoleDetailList: [{ RoleName: 'r', Path: '/', Arn, AssumeRolePolicyDocument: trust(named) }] }
  const mapping = mappingOf(['111122223333=444455556666', `${gone}=arn:aws:iam::444455556666:user/ann`])
  const [told] = read(file, mapping)
  assert.equal(told?.from, '111122223333')
  const role = told?.details.roles.get('r')
  const wanted = ['444455556666', 'arn:aws:iam::444455556666:root', 'arn:aws:iam::444455556666:user/ann', named[3]]
  assert.deepEqual(JSON.parse(role?.trust ?? ''), trust(wanted))
  for (const pair of ['', 'a', '111122223333', '111122223333=arn:aws:iam::1:root', '=444455556666', 'x=y'])
    assert.throws(() => mappingOf([pair]), /write it as OLD=NEW/)
})
