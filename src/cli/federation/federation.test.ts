import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execPath } from 'node:process'
import { createInterface } from 'node:readline'
import { after, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { AssumeRoleWithWebIdentityCommand, STSClient } from '@aws-sdk/client-sts'
import { createSigner, openIssuer } from '../../../test/issuer.ts'
import { uncheckedSubjects } from './unchecked.ts'

const main = fileURLToPath(new URL('../../main.ts', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'cardea-federation-'))
const data = join(folder, 'data')
const signer = await createSigner('RS256', 'one')
const issuer = await openIssuer([signer.jwk])
const server = started([
  'serve',
  '--data',
  data,
  '--port',
  '0',
  '--json',
  '--log-level',
  'silent',
  '--local-issuer',
  issuer.url,
])
after(async () => {
  server.kill('SIGTERM')
  await once(server, 'exit')
  await issuer.close()
  rmSync(folder, { recursive: true })
})
const [line] = await once(createInterface(server.stdout ?? process.stdin), 'line')
const { url, accountId } = JSON.parse(String(line)) as { url: string; accountId: string }

function started(words: readonly string[]): ChildProcess {
  const kept = Object.entries(process.env).filter(([name]) => !/^(?:CARDEA_|AWS_|NODE_OPTIONS)/.test(name))
  return spawn(execPath, [main, ...words], {
    cwd: folder,
    env: { ...Object.fromEntries(kept), NO_COLOR: '1' },
    stdio: ['pipe', 'pipe', 'pipe'],
  })
}

async function cardea(words: readonly string[], input = '') {
  const child = started([...words, '--data', data])
  const text = { out: '', err: '' }
  child.stdout?.setEncoding('utf8').on('data', (more: string) => {
    text.out += more
  })
  child.stderr?.setEncoding('utf8').on('data', (more: string) => {
    text.err += more
  })
  child.stdin?.end(input)
  const [code] = await once(child, 'close')
  return { code: code as number, ...text, value: () => JSON.parse(text.out) }
}

function claims(more: object = {}) {
  const now = Math.floor(Date.now() / 1000)
  return { iss: issuer.url, sub: 'job-1', aud: 'app', iat: now, exp: now + 300, ...more }
}

test('the provider and a tight trust policy are written for each kind, and are found in order', async () => {
  const kinds: readonly (readonly [readonly string[], string])[] = [
    [['github', '--repo', 'acme/app', '--environment', 'prod'], 'repo:acme/app:environment:prod'],
    [['github', '--repo', 'acme/app', '--branch', 'main'], 'repo:acme/app:ref:refs/heads/main'],
    [['gitlab', '--project', 'acme/app', '--branch', 'main'], 'project_path:acme/app:ref_type:branch:ref:main'],
    [
      ['kubernetes', '--url', 'https://kube.example.com', '--namespace', 'shop', '--service-account', 'cart'],
      'system:serviceaccount:shop:cart',
    ],
    [['google', '--audience', '1.apps.googleusercontent.com', '--subject', '42'], '42'],
    [['oidc', '--url', 'https://id.example.com', '--audience', 'app', '--subject', 'ann'], 'ann'],
  ]
  for (const [index, [words, subject]] of kinds.entries()) {
    const made = await cardea(['federation', 'add', ...words, '--role', `role-${index}`, '--json'])
    assert.equal(made.code, 0, made.err)
    const { statement, warnings } = made.value()
    assert.deepEqual(warnings, [])
    const [[key, value] = []] = Object.entries<string>(statement.Condition.StringEquals).filter(([name]) =>
      name.endsWith(':sub'),
    )
    assert.equal(value, subject)
    assert.match(key ?? '', /^[a-z.]+:sub$/)
  }
  const check = await cardea(['federation', 'check', '--json'])
  assert.equal(check.code, 0, check.out)
  assert.equal(check.value().roles.length, kinds.length)
})

test('a token is inspected check by check and condition by condition, and then taken', async () => {
  const words = ['oidc', '--url', issuer.url, '--audience', 'app', '--subject', 'job-1']
  const made = await cardea(['federation', 'add', ...words, '--role', 'job', '--json'])
  assert.equal(made.code, 0, made.err)
  const token = await signer.sign(claims())
  const taken = await cardea(['token', 'inspect', '--role', 'job'], token)
  assert.equal(taken.code, 0, taken.out + taken.err)
  assert.match(
    taken.out,
    /✓ signature[\s\S]*✓ expiry[\s\S]*✓ StringEquals \S+:sub\n\s+expected job-1\n\s+actual {3}job-1/,
  )
  const denied = await cardea(
    ['token', 'inspect', '--role', made.value().role],
    await signer.sign(claims({ sub: 'job-2' })),
  )
  assert.equal(denied.code, 1)
  assert.match(denied.out, /✗ StringEquals \S+:sub\n\s+expected job-1\n\s+actual {3}job-2/)
  assert.match(denied.out, /hears AccessDenied: Not authorized to perform sts:AssumeRoleWithWebIdentity/)
  const expired = await cardea(
    ['token', 'inspect', '--role', 'job', '--json'],
    await signer.sign(claims({ exp: 1000 })),
  )
  assert.equal(expired.code, 1)
  const failed = expired.value().checks.filter(({ holds }: { holds: boolean }) => !holds)
  assert.deepEqual(
    failed.map(({ check, refusal }: { check: string; refusal: { code: string } }) => [check, refusal.code]),
    [['expiry', 'ExpiredTokenException']],
  )
  const sts = new STSClient({ endpoint: url, region: 'us-east-1', maxAttempts: 1 })
  const input = { RoleArn: made.value().role, RoleSessionName: 'run', WebIdentityToken: token }
  const { SubjectFromWebIdentityToken } = await sts.send(new AssumeRoleWithWebIdentityCommand(input))
  assert.equal(SubjectFromWebIdentityToken, 'job-1')
})

test('keys in a file are pinned to a provider, which is not asked until they are taken away', async () => {
  const file = join(folder, 'keys.json')
  const other = await createSigner('ES256', 'other')
  writeFileSync(file, JSON.stringify({ keys: [other.jwk] }))
  const words = ['oidc', '--url', issuer.url, '--audience', 'app', '--subject', 'job-1']
  const made = await cardea(['federation', 'add', ...words, '--role', 'offline', '--jwks', file])
  assert.equal(made.code, 0, made.err)
  const token = await other.sign(claims())
  assert.equal((await cardea(['token', 'inspect', '--role', 'offline'], token)).code, 0)
  assert.equal((await cardea(['federation', 'unpin', '--url', issuer.url])).code, 0)
  assert.match((await cardea(['token', 'inspect', '--role', 'offline'], token)).out, /✗ key/)
  writeFileSync(file, JSON.stringify({ keys: [{ kty: 'oct', k: 'AA' }] }))
  const wrong = await cardea(['federation', 'add', ...words, '--role', 'offline', '--jwks', file])
  assert.equal(wrong.code, 1)
  assert.match(wrong.err, /The key set cannot be used/)
})

test('who lets in anybody is warned, and found again', async () => {
  const wide = await cardea([
    'federation',
    'add',
    'oidc',
    '--url',
    'https://id.example.com',
    '--audience',
    'app',
    '--role',
    'any',
  ])
  assert.equal(wide.code, 0)
  assert.match(wide.err, /Warning: .*nothing checks id\.example\.com:sub/)
  const check = await cardea(['federation', 'check'])
  assert.equal(check.code, 1)
  assert.match(check.out, new RegExp(`WIDE arn:aws:iam::${accountId}:role/any trusts id\\.example\\.com`))
})

test('a role that is there keeps what its trust policy says, and gets the statement once', async () => {
  const add = (branch: string) =>
    cardea(['federation', 'add', 'github', '--repo', 'acme/app', '--branch', branch, '--role', 'twice', '--json'])
  for (const branch of ['main', 'next', 'main']) assert.equal((await add(branch)).code, 0)
  const { out } = await cardea(['federation', 'check', '--json'])
  assert.match(out, /role\/twice/)
  const token = await cardea(['token', 'inspect', '--role', 'twice', '--json'], 'a.b.c')
  assert.equal(token.code, 1)
})

test('what is missing or wrong is said before anything is made', async () => {
  const wrong: readonly (readonly [readonly string[], RegExp])[] = [
    [['github'], /Say with --repo/],
    [['github', '--repo', 'app'], /is not OWNER\/REPO/],
    [['github', '--repo', 'a/b', '--branch', 'x', '--tag', 'y'], /Give one of/],
    [['gitlab'], /Say with --project/],
    [['kubernetes', '--url', 'https://kube.example.com', '--namespace', 'a'], /Say with --service-account/],
    [['oidc', '--url', 'https://id.example.com'], /Say with --audience/],
    [['oidc', '--audience', 'app'], /Say with --url/],
  ]
  for (const [words, says] of wrong) {
    const { code, err } = await cardea(['federation', 'add', ...words, '--role', 'never'])
    assert.equal(code, 2, err)
    assert.match(err, says)
  }
  const missing = await cardea(['token', 'inspect', '--role', 'never'], 'a.b.c')
  assert.match(missing.err, /has no role never/)
  assert.match((await cardea(['token', 'inspect', '--role', 'job'], '')).err, /on standard input/)
  assert.match((await cardea(['token', 'inspect', '--role', 'job'], 'x'.repeat(20_001))).err, /at most 20000/)
})

test('a subject is checked by an operator that holds it, with a value that names somebody', () => {
  const github = 'token.actions.githubusercontent.com'
  const trust = (Condition: object, provider = github) =>
    JSON.stringify({
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Allow',
          Principal: { Federated: `arn:aws:iam::111122223333:oidc-provider/${provider}` },
          Action: 'sts:AssumeRoleWithWebIdentity',
          Condition,
        },
      ],
    })
  const sub = `${github}:sub`
  for (const held of [
    { StringEquals: { [sub]: 'repo:acme/app:ref:refs/heads/main' } },
    { StringLike: { [sub.toUpperCase()]: ['repo:acme/*', 'repo:acme/app:*'] } },
    { 'ForAnyValue:StringLike': { [sub]: 'repo:acme/*' } },
  ])
    assert.deepEqual(uncheckedSubjects(trust(held)), [], JSON.stringify(held))
  for (const wide of [
    {},
    { StringEquals: { [`${github}:aud`]: 'sts.amazonaws.com' } },
    { StringLike: { [sub]: '*' } },
    { StringLike: { [sub]: 'repo:*' } },
    { StringLike: { [sub]: ['repo:acme/*', 'repo:*/app:*'] } },
    { StringNotEquals: { [sub]: 'repo:evil/app' } },
    { StringEqualsIfExists: { [sub]: 'repo:acme/app' } },
    { 'ForAllValues:StringEquals': { [sub]: 'repo:acme/app' } },
  ])
    assert.equal(uncheckedSubjects(trust(wide)).length, 1, JSON.stringify(wide))
  assert.deepEqual(uncheckedSubjects('no policy'), [])
})

test('a trust policy for everybody lets in the subjects of every provider, unless it checks one of them', () => {
  const github = 'token.actions.githubusercontent.com'
  const trust = (Principal: unknown, Condition: object, Action = 'sts:AssumeRoleWithWebIdentity') =>
    JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Principal, Action, Condition }] })
  for (const everybody of ['*', { AWS: '*' }, { AWS: ['111122223333', '*'] }])
    for (const action of ['sts:AssumeRoleWithWebIdentity', 'sts:AssumeRole*', 'sts:*'])
      for (const condition of [
        {},
        { StringEquals: { 'aws:SourceIp': '10.0.0.1' } },
        { StringLike: { 'a.b:sub': '*' } },
      ])
        assert.match(uncheckedSubjects(trust(everybody, condition, action))[0]?.warning ?? '', /every provider/)
  const held = { StringEquals: { [`${github}:sub`]: 'repo:acme/app:ref:refs/heads/main' } }
  assert.deepEqual(uncheckedSubjects(trust('*', held)), [])
  assert.deepEqual(uncheckedSubjects(trust('*', {}, 'sts:AssumeRole')), [])
  const provider = { Federated: `arn:aws:iam::111122223333:oidc-provider/${github}` }
  assert.deepEqual(uncheckedSubjects(trust(provider, {}, 'sts:TagSession')), [])
})
