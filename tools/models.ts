/** Writes `src/models/*.json` from the SDK's schemas and `tools/constraints`. `--check`: says whether they are up to date. */
import { existsSync, globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import type { OperationModel, Pagination, ServiceModel } from '#models'
import { type ConstraintFile, constrain, reachable } from './constraint.ts'
import { kinds, resolve, ShapeReader } from './schema.ts'
import { outline, type Stated, typesText } from './stated.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const protocols: Readonly<Record<string, ServiceModel['protocol']>> = {
  AwsQueryProtocol: 'query',
  AwsEc2QueryProtocol: 'ec2',
  AwsJson1_0Protocol: 'json',
  AwsJson1_1Protocol: 'json',
  AwsRestJsonProtocol: 'rest-json',
  AwsRestXmlProtocol: 'rest-xml',
}

/** What the tool needs to know of a client. */
interface Client {
  readonly config: {
    readonly apiVersion: string
    readonly serviceId: string
    readonly defaultSigningName: string
    readonly protocol: object
    readonly protocolSettings: { readonly xmlNamespace?: string; readonly serviceTarget?: string }
  }
}

type Sdk = Readonly<Record<string, unknown>>

/** Gives: the model of the service whose client is `@aws-sdk/client-NAME`. */
export async function modelFrom(name: string): Promise<ServiceModel> {
  const facts = factsOf(name)
  if (facts.stated !== undefined) return statedModel(name, facts, facts.stated)
  const sdk: Sdk = await import(`@aws-sdk/client-${name}`)
  const reader = new ShapeReader()
  const codes = errorCodes(sdk, reader)
  const unknown = Object.keys(facts.errors).filter((shape) => !codes.has(shape))
  if (unknown.length > 0) throw new Error(`${name} has no errors ${unknown.join(', ')}`)
  const operations: Record<string, OperationModel> = {}
  const { config } = clientOf(sdk)
  const protocol = protocolOf(config.protocol)
  for (const schema of schemasOf(sdk, kinds.operation)) {
    const errors = Object.entries(facts.errors).filter(([, names]) => names.includes(String(schema[2])))
    const pagination = facts.pages.find((page) => page.of.includes(String(schema[2])))
    const operation = operationFrom(schema, reader, protocol)
    operations[operation.name] = {
      ...operation,
      errors: errors.map(([shape]) => codes.get(shape) ?? shape).sort(),
      ...(pagination && { pagination: pageOf(pagination) }),
    }
  }
  checkPlaces(name, facts, operations)
  const roots = Object.values(operations).flatMap(({ input = [], output = [] }) => [input, output].flat())
  const errorRoots = Object.values(reader.errors).map((error) => error.shape)
  const shapes = reachable(constrain(sorted(reader.shapes), facts.rules), [...roots, ...errorRoots])
  return {
    name,
    serviceId: config.serviceId,
    apiVersion: config.apiVersion,
    protocol,
    signingName: config.defaultSigningName,
    ...detail(config),
    operations: sorted(operations),
    shapes: sorted(shapes),
    errors: sorted(reader.errors),
  }
}

/** The model of a service whose client exports no schemas. */
function statedModel(name: string, facts: ConstraintFile, stated: Stated): ServiceModel {
  const { shapes, operations: plain, errors } = outline(stated)
  const operations: Record<string, OperationModel> = {}
  for (const operation of Object.values(plain)) {
    const codes = Object.entries(facts.errors).filter(([, names]) => names.includes(operation.name))
    const pagination = facts.pages.find((page) => page.of.includes(operation.name))
    operations[operation.name] = {
      ...operation,
      errors: codes.map(([code]) => code).sort(),
      ...(pagination && { pagination: pageOf(pagination) }),
    }
  }
  checkPlaces(name, facts, operations)
  const roots = Object.values(operations).flatMap(({ input = [], output = [] }) => [input, output].flat())
  const { serviceId, apiVersion, protocol, signingName } = stated
  const head = { name, serviceId, apiVersion, protocol, signingName }
  const used = reachable(constrain(sorted(shapes), facts.rules), [...roots, ...Object.keys(errors)])
  return { ...head, operations: sorted(operations), shapes: sorted(used), errors: sorted(errors) }
}

function detail({ protocol, protocolSettings }: Client['config']): Partial<ServiceModel> {
  const version = /^AwsJson1_(\d)/.exec(protocol.constructor.name)?.[1]
  const xml = /Query|Xml/.test(protocol.constructor.name)
  return {
    ...(xml && protocolSettings.xmlNamespace && { xmlNamespace: protocolSettings.xmlNamespace }),
    ...(version &&
      protocolSettings.serviceTarget && { jsonVersion: `1.${version}`, target: protocolSettings.serviceTarget }),
  }
}

function operationFrom(
  schema: readonly unknown[],
  reader: ShapeReader,
  protocol: ServiceModel['protocol'],
): Omit<OperationModel, 'errors'> {
  const name = String(schema[2])
  const input = reader.structure(schema[4])
  const output = reader.structure(schema[5])
  const { http } = resolve(schema).traits
  return {
    name,
    ...(input && { input }),
    ...(output && { output }),
    ...(output && protocol === 'query' && { resultWrapper: `${name}Result` }),
    ...(protocol.startsWith('rest') &&
      Array.isArray(http) && { http: { method: String(http[0]), path: String(http[1]), status: Number(http[2]) } }),
  }
}

function pageOf({ inputToken, outputToken, limit, moreResults }: Pagination): Pagination {
  return { inputToken, outputToken, ...(limit && { limit }), ...(moreResults && { moreResults }) }
}

function errorCodes(sdk: Sdk, reader: ShapeReader): ReadonlyMap<string, string> {
  const own = schemasOf(sdk, kinds.error).filter((schema) => !String(schema[1]).includes('.synthetic.'))
  return new Map(own.map((schema) => [String(schema[2]), reader.error(schema).code]))
}

function schemasOf(sdk: Sdk, kind: number): readonly (readonly unknown[])[] {
  return Object.entries(sdk).flatMap(([name, value]) =>
    name.endsWith('$') && Array.isArray(value) && value[0] === kind ? [value] : [],
  )
}

function clientOf(sdk: Sdk): Client {
  const [make] = Object.entries(sdk).flatMap(([name, value]) =>
    /^[A-Za-z\d]+Client$/.test(name) && typeof value === 'function' ? [value] : [],
  )
  if (make === undefined) throw new Error('the package has no client')
  return Reflect.construct(make, [{ region: 'us-east-1' }])
}

function protocolOf(protocol: object): ServiceModel['protocol'] {
  const found = protocols[protocol.constructor.name]
  if (found === undefined) throw new Error(`unknown protocol ${protocol.constructor.name}`)
  return found
}

/** What `tools/constraints` says of a service; nothing where it has no file. */
export function factsOf(name: string): ConstraintFile {
  const path = join(root, 'tools', 'constraints', `${name}.json`)
  return existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : { rules: [], pages: [], errors: {} }
}

function checkPlaces(name: string, facts: ConstraintFile, operations: Readonly<Record<string, OperationModel>>): void {
  const named = [...Object.values(facts.errors).flat(), ...facts.pages.flatMap((page) => page.of)]
  const unknown = named.filter((operation) => operations[operation] === undefined)
  if (unknown.length > 0) throw new Error(`${name} has no operations ${[...new Set(unknown)].join(', ')}`)
}

function sorted<Value>(table: Readonly<Record<string, Value>>): Record<string, Value> {
  return Object.fromEntries(Object.entries(table).sort(([one], [other]) => (one < other ? -1 : 1)))
}

/** The text of a model's file: one line an operation, a shape and an error. */
export function textOf({ operations, shapes, errors, ...head }: ServiceModel): string {
  const lines = Object.entries(head).map(([key, value]) => `  ${JSON.stringify(key)}: ${JSON.stringify(value)}`)
  for (const [key, table] of Object.entries({ operations, shapes, errors })) {
    const entries = Object.entries(table).map(
      ([name, value]) => `    ${JSON.stringify(name)}: ${JSON.stringify(value)}`,
    )
    lines.push(`  ${JSON.stringify(key)}: {\n${entries.join(',\n')}\n  }`)
  }
  return `{\n${lines.join(',\n')}\n}\n`
}

/** The text of `src/models/generated/codes.ts`. */
export function codesText(models: readonly ServiceModel[]): string {
  const types = models.map((model) => {
    const lines = Object.values(model.operations).map(
      ({ name, errors }) => `  ${name}: ${errors.map((code) => `'${code}'`).join(' | ') || 'never'}`,
    )
    return `export type ${typeName(model.name)}Codes = {\n${lines.join('\n')}\n}\n`
  })
  return ['/** Written by `tools/models.ts`: the error codes on the wire of every operation. */', ...types].join('\n')
}

/** The text of `src/models/generated/service-names.ts`. */
export function namesText(names: readonly string[]): string {
  return [
    '/** Written by `tools/models.ts`: the services that have a model. */',
    `export const serviceNames: readonly string[] = Object.freeze([${names.map((name) => `'${name}'`).join(', ')}])\n`,
  ].join('\n')
}

function typeName(name: string): string {
  return name.replace(/(?:^|-)([a-z])/g, (_, letter: string) => letter.toUpperCase())
}

/** Every file that the tool writes, by its path from the project's root. */
export async function filesFor(names: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const models = await Promise.all([...names].sort().map(modelFrom))
  const files = models.map((model) => [join('src', 'models', `${model.name}.json`), textOf(model)] as const)
  const generated = join('src', 'models', 'generated')
  return new Map([
    ...files,
    [join(generated, 'codes.ts'), codesText(models)],
    [join(generated, 'service-names.ts'), namesText(models.map((model) => model.name))],
    ...models.flatMap((model) =>
      factsOf(model.name).stated === undefined
        ? []
        : [[join(generated, `${model.name}.ts`), typesText(model, `${typeName(model.name)}Module`)] as const],
    ),
  ])
}

/** Services whose model is committed. */
export function committedNames(): readonly string[] {
  return globSync('src/models/*.json', { cwd: root })
    .map((path) => basename(path, '.json'))
    .sort()
}

/** Gives: the first difference between what is there and what should be, in words; `undefined` when all is as it should be. */
export function firstDifference(files: ReadonlyMap<string, string>): string | undefined {
  for (const [path, wanted] of files) {
    const there = existsSync(join(root, path)) ? readFileSync(join(root, path), 'utf8').split('\n') : []
    const lines = wanted.split('\n')
    const at = Array.from({ length: Math.max(lines.length, there.length) }).findIndex((_, i) => lines[i] !== there[i])
    if (at >= 0)
      return `${path}:${at + 1}\n  is:        ${there[at] ?? '(nothing)'}\n  should be: ${lines[at] ?? '(nothing)'}`
  }
  return undefined
}

async function main(words: readonly string[]): Promise<number> {
  const asked = words.filter((word) => !word.startsWith('-'))
  const check = words.includes('--check')
  const unknown = words.find((word) => word.startsWith('-') && word !== '--check')
  if (unknown !== undefined) {
    process.stderr.write(`unknown: ${unknown}; usage: tools/models.ts [--check] [SERVICE...]\n`)
    return 2
  }
  const names = [...new Set([...asked, ...committedNames()])]
  const files = await filesFor(names)
  if (check) {
    const difference = firstDifference(files)
    if (difference === undefined) return 0
    process.stderr.write(`${difference}\nRun: npm run models\n`)
    return 1
  }
  for (const [path, text] of files) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), text)
    process.stdout.write(`${path}: ${text.length} characters\n`)
  }
  return 0
}

if (process.argv[1] === fileURLToPath(import.meta.url)) process.exitCode = await main(process.argv.slice(2))
