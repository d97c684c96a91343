import assert from 'node:assert/strict'
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execPath } from 'node:process'
import { createInterface } from 'node:readline'
import { after, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import {
  AcceptDelegationRequestCommand,
  AssociateDelegationRequestCommand,
  CreateDelegationRequestCommand,
  CreatePolicyCommand,
  CreateRoleCommand,
  IAMClient,
  ListUsersCommand,
  SendDelegationTokenCommand,
} from '@aws-sdk/client-iam'
import {
  AssumeRoleCommand,
  GetCallerIdentityCommand,
  GetDelegatedAccessTokenCommand,
  GetSessionTokenCommand,
  STSClient,
} from '@aws-sdk/client-sts'
import { policyOf, temporary } from '../../../test/server/role.ts'

const main = fileURLToPath(new URL('../../main.ts', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'cardea-sessions-'))
const data = join(folder, 'data')
const kept = Object.entries(process.env).filter(([name]) => !/^(?:CARDEA_|AWS_|NODE_OPTIONS)/.test(name))
const env = { ...Object.fromEntries(kept), NO_COLOR: '1' }
const running = new Set<ChildProcess>()
after(() => {
  for (const child of running) child.kill('SIGKILL')
  rmSync(folder, { recursive: true })
})

function cardea(...words: readonly string[]) {
  const { status, stdout, stderr } = spawnSync(execPath, [main, ...words, '--data', data], {
    cwd: folder,
    env,
    encoding: 'utf8',
  })
  return { code: status, out: stdout, err: stderr, value: () => JSON.parse(stdout) }
}

async function serve() {
  const words = [main, 'serve', '--port', '0', '--json', '--log-level', 'warn', '--data', data]
  const child = spawn(execPath, words, { cwd: folder, env, stdio: ['ignore', 'pipe', 'inherit'] })
  running.add(child)
  const [line] = await once(createInterface(child.stdout), 'line')
  const ended = once(child, 'exit')
  return {
    ready: JSON.parse(String(line)),
    async stop() {
      child.kill('SIGTERM')
      await ended
      running.delete(child)
    },
  }
}

const server = await serve()
const { url: endpoint, accountId, administrator } = server.ready
const config = { region: 'us-east-1', endpoint, maxAttempts: 1 }
const iam = new IAMClient({ ...config, credentials: administrator })
const sts = new STSClient({ ...config, credentials: administrator })

function whoIs(credentials: ReturnType<typeof temporary>) {
  return new STSClient({ ...config, credentials }).send(new GetCallerIdentityCommand({}))
}

test('the sessions of a running server are shown, and one is ended with those that follow from it', async () => {
  const AssumeRolePolicyDocument = policyOf({
    Effect: 'Allow',
    Principal: { AWS: accountId },
    Action: 'sts:AssumeRole',
  })
  const { Role } = await iam.send(new CreateRoleCommand({ RoleName: 'reader', AssumeRolePolicyDocument }))
  const first = temporary((await sts.send(new GetSessionTokenCommand({}))).Credentials)
  const chained = new STSClient({ ...config, credentials: first })
  const asked = {
    RoleArn: Role?.Arn,
    RoleSessionName: 'one',
    PolicyArns: [{ arn: 'arn:aws:iam::aws:policy/ReadOnlyAccess' }],
  }
  const second = temporary((await chained.send(new AssumeRoleCommand(asked))).Credentials)
  await whoIs(second)

  const listed = cardea('sessions', '--json').value().sessions
  const byId = Object.fromEntries(listed.map((session: { id: string }) => [session.id, session]))
  const user = `arn:aws:iam::${accountId}:user/administrator`
  const { issuedAt, expiresAt, lastCallAt, ...told } = byId[second.accessKeyId]
  assert.deepEqual(told, {
    id: second.accessKeyId,
    account: accountId,
    kind: 'assumedRole',
    principal: `arn:aws:sts::${accountId}:assumed-role/reader/one`,
    caller: user,
    parent: first.accessKeyId,
    narrowedTo: ['arn:aws:iam::aws:policy/ReadOnlyAccess'],
    chain: [user, user],
  })
  assert.equal(Date.parse(expiresAt) - Date.parse(issuedAt), 3_600_000)
  assert.ok(Date.parse(lastCallAt) >= Date.parse(issuedAt))
  const text = cardea('sessions', '--of', accountId)
  assert.equal(text.code, 0, text.err)
  assert.match(text.out, new RegExp(`^${second.accessKeyId}  arn:aws:sts::\\d{12}:assumed-role/reader/one$`, 'm'))
  assert.match(text.out, /^ {2}narrowed to {5}arn:aws:iam::aws:policy\/ReadOnlyAccess$/m)
  assert.ok(!text.out.includes(second.sessionToken ?? '') && !text.out.includes(second.secretAccessKey))
  assert.match(cardea('sessions', '--of', '999999999999').out, /^No session goes on\.$/m)

  const ended = cardea('sessions', 'end', first.accessKeyId, '--json')
  assert.deepEqual(new Set(ended.value().ended), new Set([first.accessKeyId, second.accessKeyId]))
  for (const session of [first, second]) await assert.rejects(whoIs(session), { name: 'InvalidClientTokenId' })
  assert.deepEqual(cardea('sessions', '--json').value().sessions, [])
})

test('what is no session is refused, and a session is not ended without its id', () => {
  const wrong = cardea('sessions', 'end', 'ASIAAAAAAAAAAAAAAAAA')
  assert.deepEqual([wrong.code, wrong.err], [1, 'cardea: There is no live session ASIAAAAAAAAAAAAAAAAA.\n'])
  assert.equal(cardea('sessions', 'end').code, 2)
})

test('keys are rotated in a running server, and tokens from before are still good', async () => {
  const session = temporary((await sts.send(new GetSessionTokenCommand({}))).Credentials)
  assert.deepEqual(cardea('keys', 'rotate', '--json').value(), { keys: 2, forgotten: 0 })
  await whoIs(session)
  assert.match(cardea('keys', 'rotate').out, /^A new key seals session tokens\. 3 keys open them; 0 were forgotten\.$/m)
})

test('the token of an accepted delegation request is shown, and traded in by whoever asked', async () => {
  const { Policy } = await iam.send(
    new CreatePolicyCommand({
      PolicyName: 'Setup',
      PolicyDocument: policyOf({ Effect: 'Allow', Action: 'iam:ListUsers', Resource: '*' }),
    }),
  )
  const { DelegationRequestId = '' } = await iam.send(
    new CreateDelegationRequestCommand({
      Description: 'Set up the connector.',
      Permissions: { PolicyTemplateArn: Policy?.Arn, Parameters: [] },
      RequestorWorkflowId: 'workflow',
      NotificationChannel: `arn:aws:sns:us-east-1:${accountId}:delegations`,
      SessionDuration: 3600,
    }),
  )
  const at = { DelegationRequestId }
  await iam.send(new AssociateDelegationRequestCommand(at))
  const early = cardea('delegation', 'token', DelegationRequestId)
  assert.notEqual(early.code, 0)
  assert.match(early.err, /has no token: it is ASSIGNED/)
  await iam.send(new AcceptDelegationRequestCommand(at))
  await iam.send(new SendDelegationTokenCommand(at))
  const shown = cardea('delegation', 'token', DelegationRequestId)
  assert.match(shown.err, new RegExp(`The account ${accountId} may trade it in until 20`))
  const TradeInToken = shown.out.trim()
  const { Credentials, AssumedPrincipal } = await sts.send(new GetDelegatedAccessTokenCommand({ TradeInToken }))
  assert.equal(AssumedPrincipal, `arn:aws:iam::${accountId}:user/administrator`)
  const credentials = temporary(Credentials)
  assert.equal((await whoIs(credentials)).Arn, AssumedPrincipal)
  await new IAMClient({ ...config, credentials }).send(new ListUsersCommand({}))
  const { sessions } = cardea('sessions', '--json').value()
  const told = sessions.find(({ id }: { id: string }) => id === credentials.accessKeyId)
  assert.deepEqual([told.kind, told.principal], ['user', AssumedPrincipal])
})

test('without a server sessions are shown and ended in the store, which a server then knows', async () => {
  const session = temporary((await sts.send(new GetSessionTokenCommand({}))).Credentials)
  await server.stop()
  const ids = cardea('sessions', '--json')
    .value()
    .sessions.map(({ id }: { id: string }) => id)
  assert.ok(ids.includes(session.accessKeyId))
  assert.deepEqual(cardea('sessions', 'end', session.accessKeyId, '--json').value(), { ended: [session.accessKeyId] })
  const wrong = cardea('sessions', 'end', 'nobody')
  assert.deepEqual([wrong.code, wrong.err], [1, 'cardea: There is no live session nobody.\n'])
  const again = await serve()
  const client = new STSClient({ ...config, endpoint: again.ready.url, credentials: session })
  await assert.rejects(client.send(new GetCallerIdentityCommand({})), { name: 'InvalidClientTokenId' })
  await again.stop()
})
