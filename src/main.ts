/** Puts the rooms together. Each room is loaded when a command needs it: `cardea decide` opens no store. */
import { readFileSync } from 'node:fs'
import { createSecureContext } from 'node:tls'
import type { Authorizer, AuthorizerSettings } from '#authorizer'
import type {
  AccountSummary,
  AgentAsked,
  Agenting,
  CreatedAccount,
  Installation,
  NewAccount,
  Place,
  Program,
  Serving,
  Settings,
} from '#cli'
import { exitCode, nearest, run, Stop } from '#cli'
import type { Gateway, ResourceParts } from '#gateway'
import type { Front, House, Listening } from '#server'
import type { Store } from '#store'

const manifest: { readonly version: string } = JSON.parse(
  readFileSync(new URL('../package.json', import.meta.url), 'utf8'),
)

/** Milliseconds between two looks at the age of the keys of session tokens. */
const look = 3_600_000

const program: Program = { version: manifest.version, facts, check, open, agent, processCredentials }

process.exitCode = await run(process.argv.slice(2), program)

async function facts() {
  const [{ awsManagedPolicies, awsManagedPoliciesDate }, { operations }] = await Promise.all([
    import('#models'),
    import('#services'),
  ])
  return {
    node: process.version,
    managedPolicies: { date: awsManagedPoliciesDate, count: awsManagedPolicies().length },
    operations: operations.size,
  }
}

async function check(settings: Settings): Promise<void> {
  const { quotaNames } = await import('#services')
  quotasIn(settings, quotaNames)
  tlsOf(settings)
  if (settings.hook === undefined && settings.extAuthzPort === undefined) return
  const { checkAuthorizer } = await import('#authorizer')
  await hooksOrStop(() => checkAuthorizer({ ...settings, tls: tlsOf(settings) }))
}

/** Errors: `Stop` for hooks that cannot be used. */
async function hooksOrStop<Value>(work: () => Value): Promise<Awaited<Value>> {
  const { HookSettingError } = await import('#authorizer')
  try {
    return await work()
  } catch (cause) {
    if (cause instanceof HookSettingError) throw new Stop(exitCode.usage, cause.message, cause)
    throw cause
  }
}

async function open({ folder, masterKey, auditWindow }: Place): Promise<Installation> {
  const { openStore, StoreError } = await import('#store')
  try {
    const window = { window: auditWindow }
    const store = await openStore(
      folder === undefined
        ? { kind: 'memory', ...window }
        : { kind: 'folder', path: folder, ...window, ...(masterKey === undefined ? {} : { masterKey }) },
    )
    return installationOn(store)
  } catch (cause) {
    if (cause instanceof StoreError) throw new Stop(exitCode.store, cause.message, cause)
    throw cause
  }
}

async function agent(asked: AgentAsked): Promise<Agenting> {
  const { startAgent, lineLog } = await import('#agent')
  return orProblem(startAgent(asked, { log: lineLog((line) => process.stderr.write(line)) }))
}

async function processCredentials(asked: AgentAsked): Promise<object> {
  const agents = await import('#agent')
  return orProblem(agents.processCredentials(asked))
}

/** What an agent cannot do, in the words of the command line. */
async function orProblem<Value>(work: Promise<Value>): Promise<Value> {
  const { Problem } = await import('#agent')
  try {
    return await work
  } catch (cause) {
    if (!(cause instanceof Problem)) throw cause
    const code =
      cause.code === 'Setting' ? exitCode.usage : cause.code === 'Unavailable' ? exitCode.server : exitCode.failed
    throw new Stop(code, cause.message, cause)
  }
}

function installationOn(store: Store): Installation {
  return {
    accounts: () => accountsOf(store),
    createAccount: (asked) => orStop(createAccountIn(store, asked)),
    perform: (name, asked) => orStop(performIn(store, name, asked)),
    serve: (settings, operatorKey) => serve(store, settings, operatorKey),
    close: () => store.close(),
  }
}

/** Without a server, which tells its operator more. */
async function performIn(store: Store, name: string, asked: object): Promise<object> {
  const { auditTasks, sessionTasks } = await import('#server')
  const parts = { store, now: Date.now }
  const task = { ...sessionTasks(parts), ...auditTasks(parts) }[name]
  if (task === undefined) throw new Stop(exitCode.server, `No server runs, and ${name} needs one.`)
  return task(asked)
}

async function accountsOf(store: Store): Promise<readonly AccountSummary[]> {
  const accounts = await store.read((tables) => tables.accounts.list())
  return accounts.map(({ createdAt, ...account }) => ({ ...account, createdAt: new Date(createdAt).toISOString() }))
}

async function createAccountIn(store: Store, asked: NewAccount): Promise<CreatedAccount> {
  const { createAccount } = await import('#services')
  const { account, ...keys } = await createAccount(store, { ...asked, now: Date.now() })
  return { accountId: account, ...keys }
}

/** A refusal of the house in the words of the command line. */
async function orStop<Value>(work: Promise<Value>): Promise<Value> {
  const { Fault } = await import('#protocol')
  try {
    return await work
  } catch (cause) {
    if (cause instanceof Fault) throw new Stop(exitCode.failed, cause.message, cause)
    throw cause
  }
}

async function serve(store: Store, settings: Settings, operatorKey: string): Promise<Serving> {
  const [server, { createAccess }, services] = await Promise.all([
    import('#server'),
    import('#access'),
    import('#services'),
  ])
  const { auditFront, createHouse, createLog, createMetrics, keepAudit, newAccountIn } = server
  const { operations, quotaNames, instanceFront } = services
  const { region: regions, localIssuer, publicUrl, singleUseTokens } = settings
  const served = { url: '' }
  const standing: { gateway?: Gateway | undefined } = {}
  const access = createAccess({ store, ...(regions === undefined ? {} : { regions }) })
  const log = createLog(settings.logLevel)
  const metrics = createMetrics({ ofProcess: true })
  const parts = { store, access, log, now: Date.now, count: countedBy(metrics) }
  const authorizer = await authorizerOn(parts, settings)
  const house = createHouse({
    store,
    access,
    fronts: [...[instanceFront, auditFront, resourcesOf].map((front) => front(parts)), ...authorizer.fronts],
    operations,
    federation: {
      publicUrl: () => publicUrl ?? served.url,
      singleUse: singleUseTokens === true,
      ...(localIssuer === undefined ? {} : { localIssuers: localIssuer }),
    },
    quotas: quotasIn(settings, quotaNames),
    log,
    metrics,
    operator: {
      key: operatorKey,
      now: Date.now,
      accounts: () => accountsOf(store),
      createAccount: (asked) => createAccountIn(store, newAccountIn(asked)),
      told: { coverage: () => standing.gateway?.covered() ?? [] },
    },
  })
  const rotation = await rotating(store, house)
  const gateway = await gatewayOn(house, settings)
  standing.gateway = gateway
  const serving = await servingOn(house, settings, gateway)
  served.url = serving.url
  const keeping = keepAudit(house, { days: settings.auditDays, size: settings.auditSize })
  return running({ serving, gateway, authorizer, rotation, keeping })
}

interface Running {
  readonly serving: Serving
  readonly gateway: Gateway | undefined
  readonly authorizer: Authorizer
  readonly rotation: NodeJS.Timeout
  /** Ends the digests of the audit trail. */
  readonly keeping: () => Promise<void>
}

function running({ serving, gateway, authorizer, rotation, keeping }: Running): Serving {
  return {
    url: serving.url,
    ...(gateway && { covered: gateway.covered() }),
    async stop() {
      clearInterval(rotation)
      await keeping()
      await authorizer.stop()
      await serving.stop()
      await gateway?.close()
    },
  }
}

/** Counts calls of Cardea's own interfaces among those of AWS's. */
function countedBy(metrics: House['metrics']) {
  return (operation: string, code: string, seconds: number) =>
    metrics.answered({ service: 'cardea', operation }, code, seconds)
}

async function rotating(store: Store, { log }: House): Promise<NodeJS.Timeout> {
  const { rotateOldTokenKeys } = await import('#services')
  await rotateOldTokenKeys(store, Date.now())
  const again = () =>
    rotateOldTokenKeys(store, Date.now()).catch((err: unknown) =>
      // The keys that are there still seal and open, until the next look.
      log.error({ err }, 'the keys of session tokens were not rotated'),
    )
  return setInterval(again, look).unref()
}

/** What services that are not AWS's ask. */
async function authorizerOn(
  parts: Pick<House, 'store' | 'access' | 'log' | 'now'>,
  settings: Settings,
): Promise<Authorizer> {
  const { openAuthorizer } = await import('#authorizer')
  const { host, extAuthzPort } = settings
  const asked: AuthorizerSettings = { ...settings, tls: extAuthzPort === undefined ? undefined : tlsOf(settings) }
  const describer = async () => (await import('#gateway')).describeS3
  try {
    return await hooksOrStop(() => openAuthorizer({ parts, settings: asked, describer }))
  } catch (cause) {
    if (cause instanceof Stop) throw cause
    const why = (cause as Error).message
    throw new Stop(exitCode.server, `Cardea cannot listen on ${host}:${extAuthzPort}: ${why}`, cause)
  }
}

/** Policies and tags of resources that live elsewhere; the room is loaded when somebody asks for it. */
function resourcesOf(parts: ResourceParts): Front {
  return (request) =>
    request.path.startsWith('/cardea/resource/')
      ? import('#gateway').then(({ answerResource }) => answerResource(request, parts))
      : undefined
}

/** Gives: `undefined` when no upstream is named. */
async function gatewayOn(house: House, settings: Settings): Promise<Gateway | undefined> {
  if (settings.upstream === undefined && settings.service === undefined) return undefined
  const { createGateway, SettingError, settingsOf } = await import('#gateway')
  try {
    const accounts = (await accountsOf(house.store)).map(({ id }) => id)
    const found = settingsOf(settings, { accounts, variables: process.env })
    const { maxBody, tlsCert } = settings
    return found && createGateway({ house, settings: found, secure: tlsCert !== undefined, maxBody })
  } catch (cause) {
    if (cause instanceof SettingError) throw new Stop(exitCode.usage, cause.message, cause)
    throw cause
  }
}

async function servingOn(house: House, settings: Settings, gateway: Gateway | undefined): Promise<Serving> {
  const { listen } = await import('#server')
  const { host, port, maxBody } = settings
  const tls = tlsOf(settings)
  let listening: Listening
  try {
    listening = await listen(house, {
      host,
      port,
      maxBody,
      ...(tls && { tls }),
      ...(gateway && { passage: gateway.passage }),
    })
  } catch (cause) {
    throw new Stop(exitCode.server, `Cardea cannot listen on ${host}:${port}: ${(cause as Error).message}`, cause)
  }
  return { url: listening.url, stop: () => listening.stop() }
}

/** Errors: `Stop` for a quota that there is not, and for a limit that is no whole number. */
function quotasIn({ quota = [] }: Settings, names: readonly string[]): Readonly<Record<string, number>> {
  const pairs = quota.map((text) => {
    const [name = '', limit = ''] = text.split('=')
    if (!names.includes(name))
      throw new Stop(exitCode.usage, `${name} is not a quota. Did you mean ${nearest(name, names)}?`)
    if (!/^\d{1,9}$/.test(limit)) throw new Stop(exitCode.usage, `The quota ${name} must be a whole number.`)
    return [name, Number(limit)] as const
  })
  return Object.fromEntries(pairs)
}

/** Errors: `Stop` when one of the two files is missing, cannot be read, or is not what it should be. */
function tlsOf({ tlsCert, tlsKey }: Settings): { readonly cert: string; readonly key: string } | undefined {
  if (tlsCert === undefined && tlsKey === undefined) return undefined
  if (tlsCert === undefined || tlsKey === undefined)
    throw new Stop(exitCode.usage, '--tls-cert and --tls-key go together; only one of them is set.')
  const unfit = (what: string, cause: unknown) =>
    new Stop(exitCode.usage, `The TLS certificate or key cannot be ${what}: ${(cause as Error).message}`, cause)
  const read = (path: string) => {
    try {
      return readFileSync(path, 'utf8')
    } catch (cause) {
      throw unfit('read', cause)
    }
  }
  const pair = { cert: read(tlsCert), key: read(tlsKey) }
  try {
    createSecureContext(pair)
  } catch (cause) {
    throw unfit('used', cause)
  }
  return pair
}
