import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, renameSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { type House, withInstallation } from '../installation.ts'
import { type Output, say } from '../print.ts'
import { type ExitCode, exitCode, Stop } from '../stop.ts'
import type { ToldRecord } from '../told-record.ts'

export interface AuditExport {
  /** The folder to write into. */
  readonly out: string
  /** Milliseconds since 1970. */
  readonly from?: number
  readonly to?: number
  readonly account?: string
  /** Whether what Cardea knows beside CloudTrail's form is written too. */
  readonly decisions: boolean
}

/** The most records of one file. */
const mostRecords = 10_000
/** Records that belong to no account are written as those of this one. */
const nobody = '000000000000'
/** Records may come so much later than the hour that they belong to, in milliseconds. */
const late = 600_000
const hour = 3_600_000

/**
 * Writes the audit trail as CloudTrail delivers it: gzipped JSON, by account, region and day; a file has an hour at most.
 * Files of the same records have the same names, so to export again writes nothing twice.
 */
export function exportAudit(house: House, asked: AuditExport, output: Output): Promise<ExitCode> {
  if (existsSync(asked.out) && !statSync(asked.out).isDirectory())
    throw new Stop(exitCode.usage, `${asked.out} is not a folder.`)
  return withInstallation(house, async (ask) => {
    const files = new Files(asked)
    for (let after = 0; ; ) {
      const page = (await ask('audit/since', { after })) as {
        readonly records: readonly ToldRecord[]
        readonly last: number
      }
      for (const record of page.records) files.take(record)
      if (page.records.length === 0) break
      after = page.last
    }
    files.close()
    const { written, records } = files
    say(output, { files: written, records }, () => `Wrote ${records} records in ${written.length} files.`)
    return exitCode.done
  })
}

/** The records of one account, region and hour that are not written yet. */
interface Open {
  readonly account: string
  readonly region: string
  /** Milliseconds since 1970. */
  readonly begins: number
  readonly records: object[]
  firstId: string
}

class Files {
  readonly written: string[] = []
  records = 0
  readonly #asked: AuditExport
  readonly #open = new Map<string, Open>()

  constructor(asked: AuditExport) {
    this.#asked = asked
  }

  take({ event, cardea }: ToldRecord): void {
    const { from = Number.NEGATIVE_INFINITY, to = Number.POSITIVE_INFINITY, account: wanted, decisions } = this.#asked
    const at = Date.parse(event.eventTime)
    const account = event.recipientAccountId ?? nobody
    if (at < from || at > to || (wanted !== undefined && wanted !== account)) return
    const begins = Math.floor(at / hour) * hour
    const key = `${account} ${event.awsRegion} ${begins}`
    const open = this.#open.get(key) ?? this.#begin(key, { account, region: event.awsRegion, begins, at })
    if (open.records.length === 0) open.firstId = event.eventID
    open.records.push(decisions ? { ...event, cardea } : event)
    if (open.records.length >= mostRecords) this.#write(open)
  }

  close(): void {
    for (const open of this.#open.values()) this.#write(open)
  }

  #begin(key: string, { at, ...place }: Pick<Open, 'account' | 'region' | 'begins'> & { readonly at: number }): Open {
    for (const [other, open] of this.#open) {
      if (open.begins + hour + late > at) continue
      this.#write(open)
      this.#open.delete(other)
    }
    const begun = { ...place, records: [], firstId: '' }
    this.#open.set(key, begun)
    return begun
  }

  #write({ account, region, begins, records, firstId }: Open): void {
    if (records.length === 0) return
    const place = safe(region)
    const [date = '', time = ''] = new Date(begins).toISOString().split('T')
    const folder = join('AWSLogs', account, 'CloudTrail', place, ...date.split('-'))
    const stamp = `${date.replaceAll('-', '')}T${time.slice(0, 5).replace(':', '')}Z`
    const name = join(folder, `${account}_CloudTrail_${place}_${stamp}_${marks(firstId)}.json.gz`)
    const path = join(this.#asked.out, name)
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
    writeFileSync(`${path}.new`, gzipSync(JSON.stringify({ Records: records })), { mode: 0o600 })
    renameSync(`${path}.new`, path)
    this.written.push(name)
    this.records += records.length
    records.length = 0
  }
}

/** A region is what a caller wrote into its signature; as the name of a folder it has nothing but letters, digits and dashes. */
function safe(region: string): string {
  const plain = region.toLowerCase().replace(/[^a-z0-9-]/g, '-')
  return plain === '' ? 'unknown' : plain.slice(0, 64)
}

/** Sixteen letters and digits that are the same for the same first record. */
function marks(firstId: string): string {
  return createHash('sha256')
    .update(firstId)
    .digest('base64')
    .replace(/[^A-Za-z0-9]/g, '')
    .slice(0, 16)
}
