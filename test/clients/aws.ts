/**
 * The `aws` command on top of the AWS SDK, as far as the guide uses it: every page of the guide runs on a machine that
 * has no AWS CLI, through the other official client.
 */
import { readFileSync } from 'node:fs'
import { argv, env, exit, stderr, stdout } from 'node:process'
import { parseArgs } from 'node:util'
import jmespath from 'jmespath'
import { type Member, modelOf, type OperationModel, type ServiceModel, surfaceOf } from '#models'
import { S3Refusal, s3 } from './aws-s3.ts'

/** What the command line says, and what is answered; bytes stay bytes. */
type Json = Uint8Array | string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json }

/** The clients of the services that the guide calls. */
const clients = {
  iam: { load: () => import('@aws-sdk/client-iam'), name: 'IAMClient' },
  sts: { load: () => import('@aws-sdk/client-sts'), name: 'STSClient' },
  cloudtrail: { load: () => import('@aws-sdk/client-cloudtrail'), name: 'CloudTrailClient' },
  rolesanywhere: { load: () => import('@aws-sdk/client-rolesanywhere'), name: 'RolesAnywhereClient' },
  s3api: { load: () => import('@aws-sdk/client-s3'), name: 'S3Client' },
}

interface Asked {
  readonly service: keyof typeof clients
  readonly operation: Pick<OperationModel, 'name'>
  readonly input: Record<string, Json>
  readonly output: string
  readonly query: string | undefined
}

const s3Options = { 'expires-in': { type: 'string' }, 'no-progress': { type: 'boolean' } } as const

await main(argv.slice(2))

async function main(words: readonly string[]): Promise<void> {
  if (words[0] === 's3') return mainS3(words.slice(1))
  const asked = read(words)
  try {
    const answer = await send(asked)
    stdout.write(shown(answer, asked))
  } catch (cause) {
    stderr.write(`\n${told(cause, asked.operation.name)}`)
    exit(254)
  }
}

async function mainS3(words: readonly string[]): Promise<void> {
  const { positionals, values } = parseArgs({
    args: [...words],
    strict: false,
    allowPositionals: true,
    options: s3Options,
  })
  try {
    stdout.write(await s3({ words: positionals, expiresIn: Number(values['expires-in'] ?? 3600) }))
  } catch (cause) {
    if (!(cause instanceof S3Refusal)) throw cause
    stderr.write(`${cause.before || '\n'}${told(cause.cause, cause.operation)}`)
    exit(1)
  }
}

/** The AWS CLI shows the code on the wire; the SDK names its errors after their shapes. */
function told(cause: unknown, operation: string): string {
  const { name, message, Code = name } = cause as Error & { readonly Code?: string }
  return `An error occurred (${Code}) when calling the ${operation} operation: ${message}\n`
}

function isService(name: string): name is keyof typeof clients {
  return Object.hasOwn(clients, name)
}

function read([service, command, ...rest]: readonly string[]): Asked {
  if (service === undefined || !isService(service)) return usage(`no such service: ${service}`)
  if (service === 's3api') return readS3(command, options(rest))
  const model = modelOf(service)
  const operation = Object.values(model.operations).find(({ name }) => kebab(name) === command)
  if (operation === undefined || command === undefined) return usage(`no such command: ${service} ${command}`)
  const words = options(rest)
  const { output = ['json'], query, ...given } = words
  const members = membersOf(model, operation.input)
  const input: Record<string, Json> = {}
  for (const [name, values] of Object.entries(given)) {
    const negative = name.startsWith('no-')
    const found = Object.keys(members).find((member) => kebab(member) === (negative ? name.slice(3) : name))
    const member = found === undefined ? undefined : members[found]
    if (found === undefined || member === undefined) return usage(`no such option: --${name}`)
    input[found] = negative ? false : converted(model, member, values)
  }
  return { service, operation, input, output: output[0] ?? 'json', query: query?.[0] }
}

/** All that the guide gives to operations of S3 are texts. */
function readS3(
  command: string | undefined,
  { output = ['json'], query, ...given }: ReturnType<typeof options>,
): Asked {
  const operation = [...(surfaceOf('s3')?.operations.values() ?? [])].find(({ name }) => kebab(name) === command)
  if (operation === undefined) return usage(`no such command: s3api ${command}`)
  const input: Record<string, Json> = {}
  for (const [name, [text = '']] of Object.entries(given)) {
    const member = operation.input?.members.find((one) => kebab(one.name) === name)
    if (member === undefined) return usage(`no such option: --${name}`)
    input[member.name] = text.startsWith('file://') ? readFileSync(text.slice(7), 'utf8') : text
  }
  return { service: 's3api', operation, input, output: output[0] ?? 'json', query: query?.[0] }
}

/** `--a b c --d` gives `{ a: ['b', 'c'], d: [] }`. */
function options(words: readonly string[]): Record<string, readonly string[]> {
  const { tokens } = parseArgs({ args: [...words], strict: false, allowPositionals: true, tokens: true })
  const found: Record<string, string[]> = {}
  let last: string[] = []
  for (const token of tokens) {
    if (token.kind === 'option') {
      last = token.value === undefined ? [] : [token.value]
      found[token.name] = last
    } else if (token.kind === 'positional') last.push(token.value)
  }
  return found
}

function membersOf(model: ServiceModel, shape: string | undefined): Readonly<Record<string, Member>> {
  const found = shape === undefined ? undefined : model.shapes[shape]
  return found?.type === 'structure' ? found.members : {}
}

function converted(model: ServiceModel, member: Member, words: readonly string[]): Json {
  const shape = model.shapes[member.shape]
  const [first = ''] = words
  const text = first.startsWith('file://') ? readFileSync(first.slice(7), 'utf8') : first
  switch (shape?.type) {
    case 'list':
      return /^\s*\[/.test(text) ? JSON.parse(text) : words.map((word) => converted(model, shape.member, [word]))
    case 'structure':
    case 'map':
      return /^\s*\{/.test(text) ? JSON.parse(text) : shorthand(text)
    case 'blob':
      return readFileSync(first.replace(/^fileb:\/\//, ''))
    case 'boolean':
      return text !== 'false'
    case 'integer':
    case 'long':
      return Number(text)
    default:
      return text
  }
}

/** `Key=team,Value=blue`, and `a=b,c={d=e}` */
function shorthand(text: string): Json {
  const pairs = text.match(/[^=,]+=(?:\{[^}]*\}|[^,]*)/g) ?? []
  return Object.fromEntries(
    pairs.map((pair) => {
      const [name, value] = [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]
      return [name, value.startsWith('{') ? shorthand(value.slice(1, -1)) : value]
    }),
  )
}

/** `CreateOpenIDConnectProvider` gives `create-open-id-connect-provider`. */
function kebab(name: string): string {
  return name
    .replace(/([a-z0-9])([A-Z])/g, '$1-$2')
    .replace(/([A-Z]+)([A-Z][a-z])/g, '$1-$2')
    .toLowerCase()
}

async function send({ service, operation, input }: Asked): Promise<Json> {
  const { load, name } = clients[service]
  const sdk: Record<string, unknown> = { ...(await load()) }
  const Client = sdk[name] as new (config: object) => { send(command: object): Promise<object> }
  const Command = sdk[`${operation.name}Command`] as new (input: object) => object
  // The oldest of the clients does not read the variable.
  const endpoint = env.AWS_ENDPOINT_URL
  const config = {
    region: env.AWS_REGION ?? 'us-east-1',
    maxAttempts: 1,
    forcePathStyle: true,
    ...(endpoint && { endpoint }),
  }
  const client = new Client(config)
  const { $metadata, ...answer } = (await client.send(new Command(input))) as Record<string, unknown>
  return JSON.parse(JSON.stringify(answer), decoded)
}

/** The AWS CLI shows URL-encoded policy documents as JSON. */
function decoded(name: string, value: Json): Json {
  if (typeof value !== 'string' || !/Document$/.test(name)) return value
  return JSON.parse(decodeURIComponent(value))
}

function shown(answer: Json, { output, query }: Asked): string {
  const value: Json = query === undefined ? answer : jmespath.search(answer, query)
  if (output !== 'text') return emptyAnswer(value) ? '' : `${JSON.stringify(value, undefined, 4)}\n`
  return `${rows(value)}\n`
}

function emptyAnswer(value: Json): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && Object.keys(value).length === 0
}

function rows(value: Json): string {
  if (value === null) return 'None'
  if (Array.isArray(value)) {
    const nested = value.some((item) => typeof item === 'object' && item !== null)
    return value.map(rows).join(nested ? '\n' : '\t')
  }
  return typeof value === 'object' ? Object.values(value).map(rows).join('\t') : String(value)
}

function usage(message: string): never {
  stderr.write(`${message}\n`)
  exit(252)
}
