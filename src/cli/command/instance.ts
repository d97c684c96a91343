import { type Answered, answerIn, send } from '../client.ts'
import { writePrivate } from '../place.ts'
import { type Output, remark, say } from '../print.ts'
import type { Program } from '../program.ts'
import type { Settings } from '../setting.ts'
import { type ExitCode, exitCode, Stop } from '../stop.ts'
import type { Connection } from '../transfer/api.ts'
import { identities, withServer } from '../transfer/connect.ts'

/** Where a command finds the installation, and as whom it asks. */
export interface House {
  readonly program: Program
  readonly settings: Settings
  /** The name of a profile. Absent: whoever the shell is connected as, or the first profile. */
  readonly as: string | undefined
}

/** What a new instance is to be. */
export interface NewInstance {
  readonly profile: string
  readonly name?: string
  readonly tags: readonly string[]
  readonly sessionSeconds?: number
  readonly joinSeconds?: number
  /** Where the join token is written. Absent: it is printed. */
  readonly tokenFile?: string
}

/** An instance, as the house tells it. */
interface Instance {
  readonly id: string
  readonly name?: string
  readonly profileArn: string
  readonly state: string
  readonly createdAt: string
  readonly lastSeenAt?: string
}

interface Joinable {
  readonly instance: Instance
  readonly joinToken: string
  readonly joinUntil: string
}

/** Registers an instance, and tells the token with which its agent joins. */
export async function registerInstance(house: House, asked: NewInstance, output: Output): Promise<ExitCode> {
  const { tokenFile, tags, ...given } = asked
  const found = (await ask(house, 'register', { ...given, tags: tagsIn(tags) })) as Joinable
  return tellToken(found, tokenFile, output)
}

/** Gives an instance another token; the agent that joins with it takes the place of the one before. */
export async function rejoinInstance(
  house: House,
  { id, joinSeconds, tokenFile }: { readonly id: string; readonly joinSeconds?: number; readonly tokenFile?: string },
  output: Output,
): Promise<ExitCode> {
  const found = await ask(house, 'rejoin', { instance: id, ...(joinSeconds === undefined ? {} : { joinSeconds }) })
  return tellToken(found as Joinable, tokenFile, output)
}

/** Shows the instances of the account. */
export async function listInstances(house: House, output: Output): Promise<ExitCode> {
  const instances: Instance[] = []
  for (let more = true; more; ) {
    const after = instances.at(-1)?.id
    const page = (await ask(house, 'list', after === undefined ? {} : { after })) as {
      readonly instances: readonly Instance[]
      readonly more: boolean
    }
    instances.push(...page.instances)
    more = page.more && page.instances.length > 0
  }
  say(output, { instances }, () =>
    instances.length === 0 ? 'There is no instance.' : instances.map(lineOf).join('\n'),
  )
  return exitCode.done
}

/** Takes an instance away, and ends its sessions. */
export async function deregisterInstance(house: House, id: string, output: Output): Promise<ExitCode> {
  const found = (await ask(house, 'deregister', { instance: id })) as { readonly ended: readonly string[] }
  say(output, found, () => `${id} is gone. ${found.ended.length} of its sessions were ended.`)
  return exitCode.done
}

function tellToken(found: Joinable, tokenFile: string | undefined, output: Output): ExitCode {
  const { instance, joinToken, joinUntil } = found
  if (tokenFile === undefined) {
    say(output, found, () => `Instance    ${instance.id}\nJoin token  ${joinToken}`)
    remark(output, `The token is good once, until ${joinUntil}. Give it to the agent: cardea agent --join-token-file`)
    return exitCode.done
  }
  writePrivate(tokenFile, `${joinToken}\n`)
  say(output, { instance, joinUntil, tokenFile }, () => `Instance    ${instance.id}\nJoin token  in ${tokenFile}`)
  return exitCode.done
}

function lineOf({ id, name, profileArn, state, lastSeenAt }: Instance): string {
  const profile = profileArn.slice(profileArn.lastIndexOf('/') + 1)
  return [id, state.padEnd(8), profile, name ?? '-', lastSeenAt ?? 'never seen'].join('  ')
}

/** `k=v` gives `{ k: 'v' }`. Errors: `Stop`. */
function tagsIn(texts: readonly string[]): Readonly<Record<string, string>> {
  const pairs = texts.map((text) => {
    const at = text.indexOf('=')
    if (at < 1) throw new Stop(exitCode.usage, `--tag must be key=value, and is ${text.slice(0, 100)}.`)
    return [text.slice(0, at), text.slice(at + 1)] as const
  })
  return Object.fromEntries(pairs)
}

function ask({ program, settings, as }: House, name: string, body: object): Promise<unknown> {
  return withServer(program, settings, async (server) => {
    for await (const { connection } of identities(server, as === undefined ? [] : [as]))
      return answerIn(await sent(connection, name, body))
    throw new Stop(exitCode.failed, 'The server accepts no keys that are known here. Name a profile with --as.')
  })
}

function sent(connection: Connection, name: string, body: object): Promise<Answered> {
  return send({
    ...connection,
    method: 'POST',
    path: `/cardea/instance/v1/${name}`,
    service: 'cardea',
    contentType: 'application/json',
    body: JSON.stringify(body),
  })
}
