import { hash } from 'node:crypto'
import { type Heard, memberOf, objectIn, post, type Server, textOf } from './client.ts'
import { type Granted, type GrantedInstance, granted } from './granted.ts'
import { type AgentKey, signAs } from './key.ts'
import { Problem } from './problem.ts'

/** An agent that speaks for an instance. */
export interface InstanceAgent {
  readonly server: Server
  readonly key: AgentKey
  readonly id: string
  /** Milliseconds since 1970. */
  now(): number
}

/** Joins with a token. Errors: `Problem`. */
export async function join(agent: Omit<InstanceAgent, 'id'>, token: string): Promise<string> {
  const id = /^(i-[0-9a-f]{17})\.[A-Za-z0-9_-]{43}$/.exec(token)?.[1]
  if (id === undefined)
    throw new Problem('InvalidJoinToken', 'The file holds no join token: i-… and a dot and 43 characters.')
  await ask({ ...agent, id }, 'join', { token, publicKey: agent.key.publicKey })
  return id
}

/** What stands for a join token where it is kept. */
export function tokenMark(token: string): string {
  return hash('sha256', token)
}

/** Asks for credentials of the role that the instance was given. Errors: `Problem`. */
export async function askAsInstance(agent: InstanceAgent, delivery: '1.0' | '2.0'): Promise<Granted> {
  const heard = await ask(agent, 'credentials', { delivery })
  const answer = objectIn(heard.body)
  const [instance, role, profile, credentials, identity] = [
    memberOf(answer, 'instance'),
    memberOf(answer, 'role'),
    memberOf(answer, 'profile'),
    memberOf(answer, 'credentials'),
    memberOf(answer, 'identity'),
  ]
  return granted(
    {
      credentials: {
        accessKeyId: textOf(credentials, 'AccessKeyId'),
        secretAccessKey: textOf(credentials, 'SecretAccessKey'),
        sessionToken: textOf(credentials, 'SessionToken'),
        expiresAt: momentIn(textOf(credentials, 'Expiration')),
      },
      role: { name: textOf(role, 'name'), arn: textOf(role, 'arn') },
      instance: {
        id: textOf(instance, 'id'),
        account: textOf(instance, 'account'),
        region: textOf(instance, 'region'),
        profile: { arn: textOf(profile, 'arn'), id: textOf(profile, 'id') },
        tags: tagsIn(instance),
        identity: {
          document: textOf(identity, 'document'),
          signature: textOf(identity, 'signature'),
          pkcs7: textOf(identity, 'pkcs7'),
        },
      },
    },
    { now: agent.now(), serverNow: serverTime(heard) },
  )
}

/** What of an instance may change while its credentials are good. */
export interface Position {
  readonly role: string
  readonly profile: string
  readonly tags: string
}

/** Asks which role the instance would be given now. Errors: `Problem`. */
export async function askPosition(agent: InstanceAgent): Promise<Position> {
  const { body } = await ask(agent, 'status', {})
  const answer = objectIn(body)
  return {
    role: textOf(memberOf(answer, 'role'), 'arn'),
    profile: textOf(memberOf(answer, 'profile'), 'id'),
    tags: JSON.stringify(tagsIn(memberOf(answer, 'instance'))),
  }
}

/** The same of what was given before. */
export function positionOf({ role, instance }: Granted): Position {
  return { role: role.arn, profile: instance?.profile.id ?? '', tags: JSON.stringify(instance?.tags ?? []) }
}

function tagsIn(instance: unknown): GrantedInstance['tags'] {
  const tags: unknown = memberOf(instance, 'tags')
  return Array.isArray(tags) ? tags.map((tag) => ({ key: textOf(tag, 'key'), value: textOf(tag, 'value') })) : []
}

/** Reads a time as the server writes it. Errors: `Problem`. */
export function momentIn(text: string): number {
  const at = Date.parse(text)
  if (Number.isNaN(at)) throw new Problem('Unavailable', 'The server gave a time that cannot be read.')
  return at
}

/** What is worth another attempt, signed at the time that the server says it is. */
const again = new Set(['RequestExpired', 'RequestReplayed'])
const attempts = 3

async function ask(agent: InstanceAgent, operation: string, input: object): Promise<Heard> {
  let moment = agent.now()
  for (let attempt = 1; ; attempt++) {
    const heard = await send(agent, { operation, input, moment })
    if (heard.status === 200) return heard
    const problem = problemIn(heard)
    if (!again.has(problem.code) || attempt === attempts) throw problem
    const theirs = serverTime(heard)
    moment = problem.code === 'RequestExpired' ? theirs : Math.max(moment, theirs) + attempt
  }
}

/** What a server says of its clock. */
function serverTime({ body }: Heard): number {
  return momentIn(textOf(objectIn(body), 'now'))
}

function send(
  { server, key, id }: InstanceAgent,
  { operation, input, moment }: { readonly operation: string; readonly input: object; readonly moment: number },
): Promise<Heard> {
  const body = JSON.stringify(input)
  const authorization = signAs(key, { operation, instance: id, moment, body })
  const headers = { 'content-type': 'application/json', authorization }
  return post(server, { path: `/cardea/instance/v1/${operation}`, headers, body })
}

function problemIn({ body }: Heard): Problem {
  const answer = objectIn(body)
  return new Problem(textOf(answer, 'code'), textOf(answer, 'message'))
}
