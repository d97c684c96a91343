import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  AddRoleToInstanceProfileCommand,
  CreateInstanceProfileCommand,
  CreateRoleCommand,
  IAMClient,
  PutRolePolicyCommand,
} from '@aws-sdk/client-iam'
import { createAccess } from '#access'
import { type AgentSettings, type Log, type RunningAgent, startAgent } from '#agent'
import { signRequest } from '#protocol'
import { createHouse, type Federation, type Listening, listen } from '#server'
import { createAccount, type InstanceLog, instanceFront, operations } from '#services'
import { openStore, type Store } from '#store'

export interface Credentials {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken?: string
}

/** What a JSON answer says. */
export interface Answered {
  readonly status: number
  readonly body: Readonly<Record<string, unknown>>
}

/** A server on a socket, whose clock is moved by the test, and agents beside it. */
export interface AgentHouse {
  readonly url: string
  readonly store: Store
  readonly account: string
  readonly administrator: Credentials
  readonly iam: IAMClient
  /** A folder that is taken away at the end. */
  readonly folder: string
  /** What the operator was told about instances. */
  readonly told: Readonly<Record<string, unknown>>[]
  now(): number
  pass(milliseconds: number): void
  /** Takes the server away, and brings it back at the same address. */
  leave(): Promise<void>
  comeBack(): Promise<void>
  /** Asks about instances, signed. */
  ask(name: string, body: unknown, credentials?: Credentials): Promise<Answered>
  /** Registers an instance. Gives: its id, and the file with its token. */
  register(more?: object): Promise<{ readonly id: string; readonly token: string; readonly file: string }>
  /** An agent with free ports, and a state folder of its own where it names none. */
  agent(
    settings?: Partial<AgentSettings>,
    parts?: { readonly log?: Log; readonly every?: number },
  ): Promise<RunningAgent>
  close(): Promise<void>
}

const trusting = (service: string) =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: { Effect: 'Allow', Principal: { Service: service }, Action: 'sts:AssumeRole' },
  })

/** Opens a house with a role `app` in an instance profile `app`. It may list roles. */
export async function openAgentHouse(federation?: Federation): Promise<AgentHouse> {
  let ahead = 0
  const now = () => Date.now() + ahead
  const folder = mkdtempSync(join(tmpdir(), 'cardea-agent-'))
  const store = await openStore({ kind: 'memory' })
  const access = createAccess({ store })
  const told: Readonly<Record<string, unknown>>[] = []
  const tell = (line: object, message: string) => void told.push({ ...line, msg: message })
  const log: InstanceLog = { info: tell, error: tell }
  const fronts = [instanceFront({ store, access, now, log })]
  const house = createHouse({ store, access, operations, now, fronts, ...(federation && { federation }) })
  const created = await createAccount(store, {
    id: '111122223333',
    name: 'a',
    email: 'a@example.com',
    rootKey: false,
    now: now(),
  })
  const { administrator, account } = created
  let serving: Listening = await listen(house, { host: '127.0.0.1', port: 0 })
  const { url, port } = serving
  const iam = new IAMClient({ region: 'us-east-1', endpoint: url, credentials: administrator, maxAttempts: 1 })
  const agents: RunningAgent[] = []
  const ask: AgentHouse['ask'] = async (name, body, credentials = administrator) =>
    answered(await fetch(`${url}/cardea/instance/v1/${name}`, signed({ url, name, body, credentials, now: now() })))
  const made = { ask, url, store, account, administrator, iam, folder, told, now }
  await giveRole(iam)
  return {
    ...made,
    pass: (milliseconds) => {
      ahead += milliseconds
      iam.config.systemClockOffset = ahead
    },
    leave: () => serving.stop(),
    async comeBack() {
      serving = await listen(house, { host: '127.0.0.1', port })
    },
    async register(more = {}) {
      const { status, body } = await ask('register', { profile: 'app', ...more })
      if (status !== 200) throw new Error(JSON.stringify(body))
      const { id } = body['instance'] as { id: string }
      const file = join(folder, `token-${id}`)
      const token = String(body['joinToken'])
      writeFileSync(file, `${token}\n`)
      return { id, token, file }
    },
    async agent(settings = {}, { log: agentLog = () => undefined, ...parts } = {}) {
      const state = settings.state ?? mkdtempSync(join(folder, 'state-'))
      const free = { host: '127.0.0.1', imdsPort: 0, containerPort: 0, server: url }
      const clock = { now, after: afterOf }
      const agent = await startAgent({ ...free, ...settings, state }, { log: agentLog, clock, ...parts })
      agents.push(agent)
      return agent
    },
    async close() {
      for (const agent of agents) await agent.stop()
      await serving.stop()
      await store.close()
      rmSync(folder, { recursive: true })
    },
  }
}

function afterOf(milliseconds: number, work: () => void): () => void {
  const timer = setTimeout(work, milliseconds).unref()
  return () => clearTimeout(timer)
}

async function giveRole(iam: IAMClient): Promise<void> {
  await iam.send(new CreateRoleCommand({ RoleName: 'app', AssumeRolePolicyDocument: trusting('ec2.amazonaws.com') }))
  const statement = { Effect: 'Allow', Action: 'iam:ListRoles', Resource: '*' }
  const PolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement: statement })
  await iam.send(new PutRolePolicyCommand({ RoleName: 'app', PolicyName: 'own', PolicyDocument }))
  await iam.send(new CreateInstanceProfileCommand({ InstanceProfileName: 'app' }))
  await iam.send(new AddRoleToInstanceProfileCommand({ InstanceProfileName: 'app', RoleName: 'app' }))
}

interface Signing {
  readonly url: string
  readonly name: string
  readonly body: unknown
  readonly credentials: Credentials
  readonly now: number
}

function signed({ url, name, body, credentials, now }: Signing): RequestInit {
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  const { host, ...headers } = signRequest({
    method: 'POST',
    path: `/cardea/instance/v1/${name}`,
    query: '',
    headers: { host: new URL(url).host, 'content-type': 'application/json' },
    body: Buffer.from(text),
    credentials,
    scope: { region: 'us-east-1', service: 'cardea' },
    now,
  })
  return { method: 'POST', headers, body: text }
}

export async function answered(response: Response): Promise<Answered> {
  return { status: response.status, body: (await response.json()) as Answered['body'] }
}
