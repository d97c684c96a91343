import { readFileSync } from 'node:fs'
import { brotliDecompressSync } from 'node:zlib'

/** A policy that AWS keeps for every account. */
export interface AwsManagedPolicy {
  readonly arn: string
  readonly name: string
  /** `/`, `/service-role/`, … */
  readonly path: string
  /** Decided by the ARN; not the id that AWS gave. */
  readonly id: string
  readonly description?: string
  /** Milliseconds since 1970. */
  readonly createdAt: number
  readonly updatedAt: number
  /** `v5` */
  readonly defaultVersion: string
  /** Oldest first. */
  readonly versions: readonly string[]
  /** When each of `versions` was made. */
  readonly versionsCreatedAt: readonly number[]
  /** The default version's text. */
  readonly document: string
}

/** A policy without its text, as lists show it. */
export type AwsManagedPolicySummary = Omit<AwsManagedPolicy, 'document'>

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

interface Entry {
  readonly summary: AwsManagedPolicySummary
  /** Where the text lies among the texts of all. */
  readonly from: number
  readonly to: number
}

interface Catalogue {
  readonly byArn: ReadonlyMap<string, Entry>
  readonly byName: readonly AwsManagedPolicySummary[]
}

let catalogue: Catalogue | undefined
let texts: Buffer | undefined

/**
 * Gives: an AWS managed policy with its text.
 * Cost: the first call unpacks the list, and the texts of all (3 MB, 15 ms).
 */
export function awsManagedPolicy(arn: string): AwsManagedPolicy | undefined {
  const entry = opened().byArn.get(arn)
  if (entry === undefined) return undefined
  texts ??= unpacked('managed-policy-documents.br')
  return { ...entry.summary, document: texts.toString('utf8', entry.from, entry.to) }
}

/** Gives: all AWS managed policies by name, without their texts. Cost: the first call unpacks the list. */
export function awsManagedPolicies(): readonly AwsManagedPolicySummary[] {
  return opened().byName
}

function opened(): Catalogue {
  catalogue ??= read(JSON.parse(unpacked('managed-policies.json.br').toString('utf8')))
  return catalogue
}

function read(rows: readonly Row[]): Catalogue {
  const byArn = new Map<string, Entry>()
  let from = 0
  for (const row of rows) {
    const to = from + row[7]
    byArn.set(row[0], { summary: summaryOf(row), from, to })
    from = to
  }
  const summaries = [...byArn.values()].map((entry) => entry.summary)
  return { byArn, byName: Object.freeze(summaries.sort((one, other) => (one.name < other.name ? -1 : 1))) }
}

function summaryOf([arn, id, created, updated, defaultVersion, versions, dates]: Row): AwsManagedPolicySummary {
  const slash = arn.lastIndexOf('/')
  return Object.freeze({
    arn,
    name: arn.slice(slash + 1),
    path: arn.slice(arn.indexOf('/'), slash + 1),
    id,
    createdAt: created * 1000,
    updatedAt: updated * 1000,
    defaultVersion: `v${defaultVersion}`,
    versions: Object.freeze(versions.map((version) => `v${version}`)),
    versionsCreatedAt: Object.freeze(dates.map((date) => date * 1000)),
  })
}

function unpacked(name: string): Buffer {
  return brotliDecompressSync(readFileSync(new URL(`./generated/${name}`, import.meta.url)))
}
