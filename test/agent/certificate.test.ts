import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { CreateRoleCommand } from '@aws-sdk/client-iam'
import { DisableTrustAnchorCommand, RolesAnywhereClient } from '@aws-sdk/client-rolesanywhere'
import { authority, type Certified, endEntity } from '../authority.ts'
import { anchored, idIn } from '../roles-anywhere.ts'
import { openAgentHouse } from './house.ts'

const house = await openAgentHouse()
after(() => house.close())
const { account, administrator, iam, url } = house
const now = house.now()

const Statement = {
  Effect: 'Allow',
  Principal: { Service: 'rolesanywhere.amazonaws.com' },
  Action: ['sts:AssumeRole', 'sts:TagSession', 'sts:SetSourceIdentity'],
}
const AssumeRolePolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement })
await iam.send(new CreateRoleCommand({ RoleName: 'machine', AssumeRolePolicyDocument }))
const client = new RolesAnywhereClient({
  region: 'us-east-1',
  endpoint: url,
  credentials: administrator,
  maxAttempts: 1,
})
const root = await authority('Root', now)
const roleArn = `arn:aws:iam::${account}:role/machine`
const asking = await anchored(client, root.pem, { roleArn })

/** Writes the files that an agent is given. */
function proofOf(leaf: Certified, chain: readonly Certified[] = [], key = leaf.privateKey) {
  const certificate = join(house.folder, `${leaf.serial}.pem`)
  const privateKey = join(house.folder, `${leaf.serial}.key`)
  writeFileSync(certificate, [leaf, ...chain].map(({ pem }) => pem).join('\n'))
  writeFileSync(privateKey, key.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 })
  const { trustAnchorArn, profileArn } = asking
  const named = { trustAnchor: trustAnchorArn, profile: profileArn, role: roleArn }
  return { kind: 'certificate', certificate, privateKey, ...named } as const
}

async function ask(agent: { readonly container: string; readonly tokenFile: string }) {
  const answer = await fetch(agent.container, { headers: { authorization: readFileSync(agent.tokenFile, 'utf8') } })
  return { status: answer.status, body: (await answer.json()) as Readonly<Record<string, string>> }
}

test('an agent proves itself with a certificate of either kind of key, and of an authority below the anchor', async () => {
  const below = await authority('Below', now, { by: root })
  const leaves = [
    [await endEntity('ec', root, { now }), []],
    [await endEntity('rsa', root, { now, key: 'rsa' }), []],
    [await endEntity('below', below, { now }), [below]],
  ] as const
  for (const [leaf, chain] of leaves) {
    const agent = await house.agent({ proof: proofOf(leaf, chain) })
    assert.equal(agent.role, roleArn)
    const { status, body } = await ask(agent)
    assert.deepEqual([status, body['RoleArn']], [200, roleArn])
  }
})

test('instance metadata shows the role of an agent that is no instance, and nothing of an instance', async () => {
  const agent = await house.agent({ proof: proofOf(await endEntity('imds', root, { now })), version1: true })
  const get = async (path: string) => {
    const answer = await fetch(`${agent.imds}/latest/meta-data/${path}`)
    return answer.status === 200 ? answer.text() : answer.status
  }
  assert.equal(await get('iam/security-credentials/'), 'machine')
  assert.match(String(await get('iam/security-credentials/machine')), /"Code" : "Success"/)
  assert.equal(await get('instance-id'), 404)
  assert.equal(await get('iam/info'), 404)
  assert.equal(await get('placement/region'), 'us-east-1')
})

test('what is wrong with a certificate is told to whoever runs the agent', async () => {
  const told: Readonly<Record<string, unknown>>[] = []
  const log = (level: string, fields: object) => void told.push({ level, ...fields })
  const leaf = await endEntity('good', root, { now })
  const other = await authority('Other', now)
  const cases = [
    [proofOf(await endEntity('stranger', other, { now })), /^AccessDeniedException$/],
    [proofOf(await endEntity('mixed', root, { now }), [], other.privateKey), /^Secret$/],
    [{ ...proofOf(leaf), certificate: 'nowhere.pem' }, /^Secret$/],
    [{ ...proofOf(leaf), certificate: proofOf(leaf).privateKey }, /^Secret$/],
    [{ ...proofOf(leaf), privateKey: proofOf(leaf).certificate }, /^Secret$/],
  ] as const
  for (const [proof, code] of cases) {
    const agent = await house.agent({ proof }, { log })
    assert.equal(agent.role, undefined)
    assert.match(String(told.at(-1)?.['code']), code)
    assert.notEqual((await ask(agent)).status, 200)
  }
})

test('when the anchor is disabled, nothing is given from the next attempt on', async () => {
  const agent = await house.agent({ proof: proofOf(await endEntity('ending', root, { now })) })
  assert.equal((await ask(agent)).status, 200)
  client.config.systemClockOffset = house.now() - Date.now()
  await client.send(new DisableTrustAnchorCommand({ trustAnchorId: idIn(asking.trustAnchorArn) }))
  house.pass(46 * 60_000)
  await ask(agent)
  await new Promise((resolve) => setTimeout(resolve, 200))
  const { status, body } = await ask(agent)
  assert.equal(status, 403)
  assert.match(String(body['code']), /Exception$/)
})
