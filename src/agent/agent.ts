import { randomBytes } from 'node:crypto'
import { hostname, networkInterfaces } from 'node:os'
import { answerContainer, containerPath } from './container.ts'
import { type Clock, Keeper } from './keeper.ts'
import { keptCredentials, keptOrNew } from './kept.ts'
import { type Listening, listen } from './listen.ts'
import type { Log } from './log.ts'
import { answerMetadata, type MetadataParts } from './metadata.ts'
import { metadataTokens } from './metadata-token.ts'
import { type Machine, metadataTrees } from './metadata-tree.ts'
import { podsOf } from './pod.ts'
import { type StandingAsked, type Stood, stand } from './standing.ts'
import { type StateFolder, stateFolder } from './state.ts'
import { watch } from './watch.ts'

export interface AgentSettings extends StandingAsked {
  /** The folder of what it remembers. */
  readonly state: string
  /** The address to listen on, and two ports; 0: free ones. */
  readonly host: string
  readonly imdsPort: number
  readonly containerPort: number
  /** Whether version 1 of instance metadata is answered. */
  readonly version1?: boolean
  /** Names that lead to the agent, besides addresses and `localhost`. */
  readonly names?: readonly string[]
  /** Roles by service account, `namespace/name`. */
  readonly podRoles?: ReadonlyMap<string, string>
}

export interface AgentParts {
  readonly log: Log
  readonly clock?: Clock
  /** At least 0 and less than 1. */
  chance?(): number
  /** Milliseconds between two looks whether the server would give something else. Default: five minutes. */
  readonly every?: number
}

/** An agent that answers. */
export interface RunningAgent {
  /** For `AWS_EC2_METADATA_SERVICE_ENDPOINT`. */
  readonly imds: string
  /** For `AWS_CONTAINER_CREDENTIALS_FULL_URI` and `AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE`. */
  readonly container: string
  readonly tokenFile: string
  /** Absent: it has no credentials yet. */
  readonly role?: string
  readonly instance?: string
  stop(): Promise<void>
}

const machineClock: Clock = {
  now: Date.now,
  after(milliseconds, work) {
    const timer = setTimeout(work, milliseconds)
    return () => clearTimeout(timer)
  },
}

/**
 * Joins where it has to, gets credentials, and gives them to the workloads of this machine until it is stopped.
 * Errors: `Problem` when it cannot prove itself at all, or an address cannot be had. A server that is away is waited for.
 */
export async function startAgent(settings: AgentSettings, parts: AgentParts): Promise<RunningAgent> {
  const { log, clock = machineClock, chance = Math.random, every = 300_000 } = parts
  const folder = stateFolder(settings.state)
  const stood = await stand(settings, folder, clock.now)
  const kept = keptCredentials(folder, stood)
  const before = kept.read(clock.now())
  const common = { clock, chance, log }
  const keepers = new Map<string, Keeper>()
  const keeperFor = (delivery: '1.0' | '2.0') => {
    const known = keepers.get(delivery)
    if (known !== undefined) return known
    const memory = delivery === '2.0' ? { keep: kept.write, ...(before === undefined ? {} : { before }) } : {}
    const keeper = new Keeper({ ...common, ...memory, fetch: () => stood.fetch(delivery) })
    keepers.set(delivery, keeper)
    return keeper
  }
  const isInstance = stood.proof.kind === 'instance'
  const known = (delivery: '1.0' | '2.0') => keeperFor(isInstance ? delivery : '2.0').known()
  const { role, instance } = (await known('2.0')).last ?? {}
  const serving = await serve({ settings, stood, folder, log, clock, known })
  const { changed } = stood
  const unwatch = changed && watch({ keepers: () => keepers.values(), changed, clock, chance, every })
  folder.write('running.json', { pid: process.pid, imds: serving.imds, container: serving.container })
  return {
    ...serving,
    ...(role === undefined ? {} : { role: role.arn }),
    ...(instance === undefined ? {} : { instance: instance.id }),
    async stop() {
      unwatch?.()
      for (const keeper of keepers.values()) keeper.stop()
      await serving.stop()
      folder.remove('running.json')
    },
  }
}

/** What `credential_process` prints: credentials that are kept, or new ones. Errors: `Problem`. */
export async function processCredentials(settings: StandingAsked & Pick<AgentSettings, 'state'>): Promise<object> {
  const folder = stateFolder(settings.state)
  const stood = await stand(settings, folder, Date.now)
  const { credentials } = await keptOrNew(stood, folder, Date.now())
  const { accessKeyId, secretAccessKey, sessionToken, expiresAt } = credentials
  return {
    Version: 1,
    AccessKeyId: accessKeyId,
    SecretAccessKey: secretAccessKey,
    SessionToken: sessionToken,
    Expiration: new Date(expiresAt).toISOString(),
  }
}

interface Serving {
  readonly settings: AgentSettings
  readonly stood: Stood
  readonly folder: StateFolder
  readonly log: Log
  readonly clock: Clock
  readonly known: MetadataParts['known']
}

async function serve({ settings, stood, folder, log, clock, known }: Serving) {
  const { host, imdsPort, containerPort, version1 = false, names = [], podRoles } = settings
  const metadata: MetadataParts = {
    known,
    names,
    version1,
    tokens: metadataTokens(),
    now: () => clock.now(),
    tree: metadataTrees(machineHere(), stood.region),
  }
  const token = randomBytes(32).toString('base64url')
  const tokenFile = folder.writeText('container-token', token)
  const pods = podRoles && podsOf({ server: stood.server, roles: podRoles, now: () => clock.now() })
  const container = { known: () => known('2.0'), token, names, ...(pods === undefined ? {} : { pods }) }
  const opened: Listening[] = []
  try {
    const forAll = { host, log }
    opened.push(
      await listen({ ...forAll, name: 'imds', port: imdsPort, answer: (asked) => answerMetadata(asked, metadata) }),
    )
    opened.push(
      await listen({
        ...forAll,
        name: 'container',
        port: containerPort,
        answer: (asked) => answerContainer(asked, container),
      }),
    )
  } catch (cause) {
    await stopAll(opened)
    throw cause
  }
  const [imds, containers] = opened.map(({ url }) => url)
  return {
    imds: imds ?? '',
    container: `${containers}${containerPath}`,
    tokenFile,
    stop: () => stopAll(opened),
  }
}

async function stopAll(opened: readonly Listening[]): Promise<void> {
  await Promise.all(opened.map((one) => one.stop()))
}

function machineHere(): Machine {
  const addresses = Object.values(networkInterfaces()).flatMap((list) => list ?? [])
  const address = addresses.find(({ internal, family }) => !internal && family === 'IPv4')?.address
  return { hostname: hostname(), ...(address === undefined ? {} : { address }) }
}
