/**
 * Writes what the gateway must know of other services' interfaces, from the schemas of the SDK's clients: how operations are
 * routed, and the shapes of what goes in. `--check`: says whether what is committed holds the same.
 * The file of a service is one `SurfaceRow`.
 */
import { globSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import type { ServiceModel } from '#models'
import { settle } from './managed-policies.ts'
import { kinds, resolve, type SchemaRef } from './schema.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const folder = join('src', 'models', 'generated')
const tool = 'tools/surface.ts'

const protocols: Readonly<Record<string, ServiceModel['protocol']>> = {
  AwsQueryProtocol: 'query',
  AwsEc2QueryProtocol: 'ec2',
  AwsJson1_0Protocol: 'json',
  AwsJson1_1Protocol: 'json',
  AwsRestJsonProtocol: 'rest-json',
  AwsRestXmlProtocol: 'rest-xml',
  S3RestXmlProtocol: 'rest-xml',
}

/** A service. `shapes` are referred to by their numbers. */
export interface SurfaceRow {
  readonly name: string
  readonly protocol: ServiceModel['protocol']
  readonly apiVersion: string
  readonly target: string
  readonly operations: readonly OperationRow[]
  readonly shapes: readonly ShapeRow[]
}

/** `uri` as the SDK has it: `/2015-03-31/functions/{FunctionName}/policy`, `/{Key+}?acl`. */
type OperationRow = readonly [name: string, input: number, method?: string, uri?: string]

/** A letter for a scalar, or what a shape is made of. */
type ShapeRow =
  | 's'
  | 'n'
  | 'b'
  | 't'
  | 'x'
  | 'd'
  | readonly ['l', member: number, wireName: string, flat: 0 | 1]
  | readonly ['m', key: number, value: number, keyName: string, valueName: string, flat: 0 | 1]
  | readonly ['o', required: number, members: readonly MemberRow[]]

/** Where it travels: `u`ri, `q`uery, `h`eader, `p`refixed headers, whole `b`ody, all other query fields `a`, XML attribute `x`. */
type MemberRow = readonly [name: string, shape: number, place?: string, wireName?: string]

type Traits = Readonly<Record<string, unknown>>

/** What the tool needs to know of a client. */
interface Client {
  readonly config: {
    readonly apiVersion: string
    readonly defaultSigningName: string
    readonly protocol?: object
    readonly protocolSettings: { readonly serviceTarget?: string }
  }
}

/** The texts of the files, not yet compressed, by path. */
export async function surfaceFiles(): Promise<ReadonlyMap<string, string>> {
  const files = new Map<string, string>()
  const packages = globSync('node_modules/@aws-sdk/client-*/package.json', { cwd: root })
  for (const path of packages.map((found) => found.replaceAll('\\', '/')).sort()) {
    const row = await surfaceOf(path.split('/')[2] ?? '')
    if (row !== undefined && row.operations.length > 0)
      files.set(join(folder, `surface-${row.name}.br`), JSON.stringify(row))
  }
  const names = [...files.keys()].map((path) => /surface-(.+)\.br$/.exec(path)?.[1] ?? '').sort()
  return files.set(join(folder, 'surface-names.ts'), namesText(names))
}

/** Gives: what a client says of its service; `undefined` for one without schemas. Takes: `client-s3`. */
export async function surfaceOf(client: string): Promise<SurfaceRow | undefined> {
  const sdk: Readonly<Record<string, unknown>> = await import(`@aws-sdk/${client}`)
  const { config } = clientOf(sdk)
  if (config.protocol === undefined) return undefined
  const protocol = protocols[config.protocol.constructor.name]
  if (protocol === undefined) throw new Error(`${client} has an unknown protocol`)
  const shapes = new Shapes(protocol === 'ec2')
  const operations = Object.entries(sdk)
    .flatMap(([name, value]) =>
      name.endsWith('$') && Array.isArray(value) && value[0] === kinds.operation ? [value] : [],
    )
    .map((schema) => operationRow(schema, shapes))
    .sort(([one], [other]) => (one < other ? -1 : 1))
  return {
    name: config.defaultSigningName,
    protocol,
    apiVersion: config.apiVersion,
    target: protocol === 'json' ? (config.protocolSettings.serviceTarget ?? '') : '',
    operations,
    shapes: shapes.rows,
  }
}

function operationRow(schema: readonly unknown[], shapes: Shapes): OperationRow {
  const { http } = resolve(schema).traits
  const input = resolve(schema[4]).schema === 'unit' ? -1 : shapes.numberOf(schema[4])
  const name = String(schema[2])
  return Array.isArray(http) ? [name, input, String(http[0]), String(http[1])] : [name, input]
}

function clientOf(sdk: Readonly<Record<string, unknown>>): Client {
  const [make] = Object.entries(sdk).flatMap(([name, value]) =>
    /^[A-Za-z\d]+Client$/.test(name) && typeof value === 'function' ? [value] : [],
  )
  if (make === undefined) throw new Error('the package has no client')
  return Reflect.construct(make, [{ region: 'us-east-1' }])
}

function namesText(names: readonly string[]): string {
  return [
    '/** Written by `tools/surface.ts`: the services whose interface the gateway can read. */',
    `export const surfaceNames: readonly string[] = Object.freeze([\n${names.map((name) => `  '${name}',\n`).join('')}])\n`,
  ].join('\n')
}

/** Collects shapes, each once. */
class Shapes {
  readonly rows: ShapeRow[] = []
  readonly #numbers = new Map<unknown, number>()
  readonly #ec2: boolean

  constructor(ec2: boolean) {
    this.#ec2 = ec2
  }

  numberOf(ref: SchemaRef): number {
    const { schema, traits } = resolve(ref)
    if (typeof schema === 'number') return this.#scalar(schema, this.#flat(traits))
    if (schema === 'unit') return this.#add('unit', () => ['o', 0, []])
    if (schema[0] === kinds.simple) return this.numberOf(schema[4])
    const flat = this.#flat(traits)
    return this.#add(flat ? `${this.#identity(schema)} flat` : schema, () => this.#row(schema, flat))
  }

  readonly #identities = new Map<unknown, number>()

  #identity(schema: unknown): number {
    const known = this.#identities.get(schema) ?? this.#identities.size
    this.#identities.set(schema, known)
    return known
  }

  #flat(traits: Traits): boolean {
    return this.#ec2 || traits['xmlFlattened'] !== undefined
  }

  #add(key: unknown, make: () => ShapeRow): number {
    const known = this.#numbers.get(key)
    if (known !== undefined) return known
    // INVARIANT: a shape has its number before its members are read, for they may lead back to it.
    const number = this.rows.push('d') - 1
    this.#numbers.set(key, number)
    this.rows[number] = make()
    return number
  }

  #scalar(code: number, flat: boolean): number {
    const plain = code & ~(64 | 128)
    const letters: Readonly<Record<number, ShapeRow>> = { 0: 's', 1: 'n', 17: 'n', 2: 'b', 15: 'd', 21: 'x', 42: 'x' }
    const letter = letters[plain] ?? (plain >= 4 && plain <= 7 ? 't' : undefined)
    if (letter === undefined) throw new Error(`unknown scalar ${code}`)
    const inner = this.#add(letter, () => letter)
    if (code & 64) return this.#add(`list ${letter} ${flat}`, () => ['l', inner, 'member', flat ? 1 : 0])
    if (code & 128) {
      const key = this.#add('s', () => 's')
      return this.#add(`map ${letter}`, () => ['m', key, inner, 'key', 'value', 0])
    }
    return inner
  }

  #row(schema: readonly unknown[], flat: boolean): ShapeRow {
    if (schema[0] === kinds.list) {
      const name = resolve(schema[4]).traits['xmlName']
      return ['l', this.numberOf(schema[4]), String(name ?? 'member'), flat ? 1 : 0]
    }
    if (schema[0] === kinds.map) {
      const [key, value] = [resolve(schema[4]).traits['xmlName'], resolve(schema[5]).traits['xmlName']]
      const [keyNumber, valueNumber] = [this.numberOf(schema[4]), this.numberOf(schema[5])]
      return ['m', keyNumber, valueNumber, String(key ?? 'key'), String(value ?? 'value'), flat ? 1 : 0]
    }
    if (schema[0] !== kinds.structure && schema[0] !== kinds.union) throw new Error(`unknown kind ${String(schema[0])}`)
    const names = Array.isArray(schema[4]) ? schema[4].map(String) : []
    const refs: readonly unknown[] = Array.isArray(schema[5]) ? schema[5] : []
    return [
      'o',
      schema[0] === kinds.union ? 0 : Number(schema[6] ?? 0),
      names.map((name, at) => this.#member(name, refs[at])),
    ]
  }

  #member(name: string, ref: SchemaRef): MemberRow {
    const { traits } = resolve(ref)
    const number = this.numberOf(ref)
    const [place, wire] = this.#placeOf(traits)
    const wireName = this.#ec2 ? ec2Name(name, traits) : wire
    if (wireName !== undefined && wireName !== name) return [name, number, place, wireName]
    return place === '' ? [name, number] : [name, number, place]
  }

  #placeOf(traits: Traits): readonly [place: string, wireName: string | undefined] {
    const text = (trait: string) => (traits[trait] === undefined ? undefined : String(traits[trait]))
    if (traits['httpLabel'] !== undefined) return ['u', undefined]
    if (traits['httpQuery'] !== undefined) return ['q', text('httpQuery')]
    if (traits['httpHeader'] !== undefined) return ['h', text('httpHeader')]
    if (traits['httpPrefixHeaders'] !== undefined) return ['p', text('httpPrefixHeaders')]
    if (traits['httpPayload'] !== undefined) return ['b', text('xmlName')]
    if (traits['httpQueryParams'] !== undefined) return ['a', undefined]
    return [traits['xmlAttribute'] === undefined ? '' : 'x', text('xmlName') ?? text('jsonName')]
  }
}

/** The name of a member in the form of the EC2 protocol. */
function ec2Name(name: string, traits: Traits): string {
  if (traits['ec2QueryName'] !== undefined) return String(traits['ec2QueryName'])
  const xml = String(traits['xmlName'] ?? name)
  return xml.charAt(0).toUpperCase() + xml.slice(1)
}

if (process.argv[1] === fileURLToPath(import.meta.url))
  process.exitCode = settle(await surfaceFiles(), tool, process.argv.slice(2))
