/**
 * The Authorize API in batches of 100, beside a `node:http` server that reads the same JSON and writes the same answer; and
 * the library, which decides by itself, beside `@cedar-policy/cedar-wasm` with policies that say the same.
 * Must reach: 100,000 decisions a second of the API in one process; of the library 300,000 with their context, and 60,000
 * with the verification of a signature.
 */
import { argv, exit } from 'node:process'
import { fileURLToPath } from 'node:url'
import cedar from '@cedar-policy/cedar-wasm/nodejs'
import { createLocalAuthorizer, type LocalAuthorizer } from '#authorizer'
import { signRequest } from '#protocol'
import { ask, type Credentials, type Served, serve } from './beside.ts'
import { start } from './cardea.ts'
import { load, median } from './load.ts'

const quick = argv.includes('--quick')
const rounds = quick ? 1 : 5
const milliseconds = quick ? 500 : 2000
const users = 10
const batch = 100

const served = await serve()
const keys = await prepared(served)
const reached = [await measureApi(served), ...(await measureLibrary(served, keys))]
await served.running.stop()
if (!quick && reached.includes(false)) exit(1)

/** A service with a photo that users may get when they name its album. */
async function prepared({ url, administrator, accountId }: Served): Promise<readonly Credentials[]> {
  const arn = 'arn:aws:acme:${Region}:${Account}:photo/'
  const definition = {
    resourceTypes: { photo: { arn: `${arn}\${PhotoId}` } },
    actions: { GetPhoto: { accessLevel: 'Read', resourceTypes: ['photo'], conditionKeys: ['acme:Album'] } },
    conditionKeys: { 'acme:Album': 'String' },
    routes: [
      {
        ...{ method: 'GET', path: '/photos/{Id}', action: 'acme:GetPhoto', resource: `${arn}{Id}` },
        context: { 'acme:Album': 'query.album' },
      },
    ],
  }
  await sent(url, { method: 'PUT', path: '/v1/services/acme', body: definition, credentials: administrator })
  const Condition = { StringEquals: { 'acme:Album': 'summer' } }
  const Resource = `arn:aws:acme:*:${accountId}:photo/*`
  const Statement = { Effect: 'Allow', Action: 'acme:GetPhoto', Resource, Condition }
  const document = encodeURIComponent(JSON.stringify({ Version: '2012-10-17', Statement }))
  const found: Credentials[] = []
  for (let index = 0; index < users; index++) {
    const iam = (text: string) =>
      ask(url, { service: 'iam', body: `${text}&UserName=u${index}&Version=2010-05-08`, credentials: administrator })
    await iam('Action=CreateUser')
    await iam(`Action=PutUserPolicy&PolicyName=p&PolicyDocument=${document}`)
    const answer = await iam('Action=CreateAccessKey')
    const value = (name: string) => new RegExp(`<${name}>([^<]+)<`).exec(answer)?.[1] ?? ''
    found.push({ accessKeyId: value('AccessKeyId'), secretAccessKey: value('SecretAccessKey') })
  }
  return found
}

interface Sent {
  readonly method: string
  readonly path: string
  readonly body: object
  readonly credentials: Credentials
}

function signed(host: string, { method, path, body, credentials }: Sent, more: Readonly<Record<string, string>> = {}) {
  const text = JSON.stringify(body)
  const headers = signRequest({
    ...{ method, path, query: '', credentials, now: Date.now(), body: Buffer.from(text) },
    headers: { host, 'content-type': 'application/json', ...more },
    scope: { region: 'us-east-1', service: 'cardea' },
  })
  return { text, headers }
}

async function sent(url: URL, asked: Sent): Promise<unknown> {
  const { text, headers } = signed(url.host, asked)
  const { host: _, ...others } = headers
  const response = await fetch(new URL(asked.path, url), { method: asked.method, headers: others, body: text })
  const answer = await response.text()
  if (response.status !== 200) throw new Error(answer)
  return JSON.parse(answer)
}

function questions(accountId: string, count: number) {
  return Array.from({ length: count }, (_, index) => ({
    principal: `arn:aws:iam::${accountId}:user/u${index % users}`,
    action: 'acme:GetPhoto',
    resource: `arn:aws:acme:us-east-1:${accountId}:photo/${index}`,
    context: { 'acme:Album': 'summer' },
  }))
}

async function measureApi({ url, administrator, accountId }: Served): Promise<boolean> {
  const path = '/v1/authorize/batch'
  const body = { items: questions(accountId, batch) }
  const asked = { method: 'POST', path, body, credentials: administrator }
  const answer = await sent(url, asked)
  const requests = Array.from({ length: 200 }, (_, index) => {
    const { text, headers } = signed(url.host, asked, { 'amz-sdk-invocation-id': `call-${index}` })
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`)
    const head = `POST ${path} HTTP/1.1\r\n${lines.join('\r\n')}\r\ncontent-length: ${Buffer.byteLength(text)}`
    return Buffer.from(`${head}\r\n\r\n${text}`)
  })
  const echo = await start([fileURLToPath(new URL('./json-echo.ts', import.meta.url))], {
    ANSWER: JSON.stringify(answer),
  })
  const rates: Record<'ours' | 'theirs', number[]> = { ours: [], theirs: [] }
  const ports = { ours: Number(url.port), theirs: Number(echo.ready['port']) }
  for (let round = -1; round < rounds; round++)
    for (const side of ['ours', 'theirs'] as const) {
      const rate = (await load({ port: ports[side], connections: 8, milliseconds, requests })) * batch
      // The first round warms up.
      if (round >= 0) rates[side].push(rate)
    }
  await echo.stop()
  const [ours, theirs] = [median(rates.ours), median(rates.theirs)]
  console.log(`Authorize API, signed, batches of ${batch}, median of ${rounds}`)
  console.log(`  cardea           ${told(ours)} decisions/s`)
  console.log(`  node:http echo   ${told(theirs)} items/s`)
  console.log(`  ratio            ${(ours / theirs).toFixed(2)}`)
  return judged('API, batch of 100', ours, 100_000)
}

async function measureLibrary(
  { url, administrator, accountId }: Served,
  keysOfUsers: readonly Credentials[],
): Promise<readonly boolean[]> {
  const library = await createLocalAuthorizer({ url: url.href, credentials: administrator, services: ['acme'] })
  const asked = questions(accountId, 1000)
  const requests = asked.map((_, index) => clientRequest(index, keysOfUsers[index % users] ?? administrator))
  await proveAllowed(library, at(asked, 0), at(requests, 0))
  const cedarAsk = cedarPrepared(accountId)
  const rates = { decide: [] as number[], check: [] as number[], cedar: [] as number[] }
  for (let round = -1; round < rounds; round++) {
    const decide = rate((index) => void library.decide(at(asked, index)))
    const peer = rate((index) => void cedarAsk(index % 1000))
    const check = await lateRate((index) => library.check(at(requests, index), 'acme'))
    if (round < 0) continue
    rates.decide.push(decide)
    rates.cedar.push(peer)
    rates.check.push(check)
  }
  library.stop()
  const [decide, check, peer] = [median(rates.decide), median(rates.check), median(rates.cedar)]
  console.log(`Library, a second of processor time, median of ${rounds}`)
  console.log(`  decide, with context               ${told(decide)} decisions/s`)
  console.log(`  cedar-wasm, the same policies      ${told(peer)} decisions/s`)
  console.log(`  ratio                              ${(decide / peer).toFixed(1)}`)
  console.log(`  check: signature, route, decision  ${told(check)} decisions/s`)
  return [judged('library, with context', decide, 300_000), judged('library, with signature', check, 60_000)]
}

function clientRequest(index: number, credentials: Credentials) {
  const [path, query] = [`/photos/${index}`, 'album=summer']
  const headers = signRequest({
    ...{ method: 'GET', path, query, credentials, now: Date.now(), body: new Uint8Array() },
    headers: { host: 'photos.example.com' },
    scope: { region: 'us-east-1', service: 'acme' },
  })
  return { method: 'GET', url: `${path}?${query}`, headers }
}

/** Nothing is measured that gives a wrong answer. */
async function proveAllowed(
  library: LocalAuthorizer,
  question: Parameters<LocalAuthorizer['decide']>[0],
  request: Parameters<LocalAuthorizer['check']>[0],
): Promise<void> {
  const winter = { ...question, context: { 'acme:Album': 'winter' } }
  const answers = [library.decide(question), library.decide(winter), await library.check(request, 'acme')]
  if (answers.map(({ decision }) => decision).join() !== 'allowed,implicitDeny,allowed')
    throw new Error(JSON.stringify(answers))
}

/** Cedar, pre-parsed, with a policy for each user. */
function cedarPrepared(accountId: string): (index: number) => void {
  const policies = Array.from(
    { length: users },
    (_, index) =>
      `permit(principal == User::"u${index}", action == Action::"acme:GetPhoto", resource) when { context.album == "summer" && context.resource like "arn:aws:acme:*:${accountId}:photo/*" };`,
  )
  const answer = cedar.preparsePolicySet('acme', { staticPolicies: policies.join('\n') })
  if (answer.type === 'failure') throw new Error(answer.errors[0]?.message)
  const asked = questions(accountId, 1000)
  return (index) => {
    const { resource, context } = at(asked, index)
    const found = cedar.statefulIsAuthorized({
      principal: { type: 'User', id: `u${index % users}` },
      action: { type: 'Action', id: 'acme:GetPhoto' },
      resource: { type: 'Photo', id: resource },
      context: { album: context['acme:Album'], resource },
      entities: [],
      preparsedPolicySetId: 'acme',
    })
    if (found.type === 'failure' || found.response.decision !== 'allow') throw new Error('Cedar does not allow it')
  }
}

function at<Item>(list: readonly Item[], index: number): Item {
  const item = list[index % list.length]
  if (item === undefined) throw new Error('the list is empty')
  return item
}

/** Calls a second of processor time: what else the machine does is not counted. */
function rate(call: (index: number) => void): number {
  const [began, used] = [performance.now(), process.cpuUsage()]
  let count = 0
  for (; performance.now() - began < milliseconds; ) for (let most = count + 100; count < most; count++) call(count)
  return perSecond(count, used)
}

function perSecond(count: number, since: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(since)
  return (count / (user + system)) * 1e6
}

async function lateRate(call: (index: number) => Promise<{ readonly allowed: boolean }>): Promise<number> {
  const [began, used] = [performance.now(), process.cpuUsage()]
  let count = 0
  for (; performance.now() - began < milliseconds; )
    for (let most = count + 100; count < most; count++)
      if (!(await call(count)).allowed) throw new Error('a request was refused')
  return perSecond(count, used)
}

function told(value: number): string {
  return Math.round(value).toLocaleString('en')
}

function judged(what: string, is: number, wanted: number): boolean {
  const reachedIt = is >= wanted
  console.log(`  ${what}: must reach ${told(wanted)}: ${reachedIt ? 'reached' : 'NOT REACHED'}`)
  return reachedIt
}
