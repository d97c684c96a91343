import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Ask, type House, withInstallation } from '../installation.ts'
import { type Output, remark, say } from '../print.ts'
import { type ExitCode, exitCode, Stop } from '../stop.ts'
import { lineOf, plain, type ToldRecord } from '../told-record.ts'

/** What is looked for: members as the house takes them, and how many are wanted. */
export interface AuditSearch {
  readonly query: Readonly<Record<string, string | number | boolean>>
  readonly limit: number
}

interface Page {
  readonly records: readonly ToldRecord[]
  readonly next?: { readonly at: number; readonly seq: number }
}

interface Since {
  readonly records: readonly ToldRecord[]
  readonly last: number
}

/** Shows records, newest first. */
export function searchAudit(house: House, { query, limit }: AuditSearch, output: Output): Promise<ExitCode> {
  return withInstallation(house, async (ask) => {
    let shown = 0
    for (let after: Page['next'] | undefined; ; ) {
      const asked = { ...query, limit: Math.min(500, limit - shown), ...(after === undefined ? {} : { after }) }
      // The installation answers in the forms that this file names.
      const { records, next } = (await ask('audit/search', asked)) as Page
      for (const record of records.slice(0, limit - shown)) show(record, output)
      shown += records.length
      after = next
      if (next === undefined || shown >= limit) break
    }
    if (shown === 0) remark(output, 'Nothing was found.')
    return exitCode.done
  })
}

/** Shows the newest records, oldest first, and with `follow` those that come, until it is stopped. */
export function tailAudit(
  house: House,
  { count, follow }: { readonly count: number; readonly follow: boolean },
  output: Output,
): Promise<ExitCode> {
  return withInstallation(house, async (ask) => {
    const { last } = (await ask('audit/since', {})) as Since
    let after = await showSince(ask, Math.max(0, last - count), output)
    while (follow) {
      await sleep(500)
      after = await showSince(ask, after, output)
    }
    return exitCode.done
  })
}

async function showSince(ask: Ask, from: number, output: Output): Promise<number> {
  for (let after = from; ; ) {
    const { records, last } = (await ask('audit/since', { after })) as Since
    for (const record of records) show(record, output)
    if (records.length === 0) return after
    after = last
  }
}

function show(record: ToldRecord, output: Output): void {
  say(output, record, () => lineOf(record))
}

interface Problem {
  readonly kind: string
  readonly hour?: { readonly startTime: string; readonly digest: number }
  readonly id?: string
  readonly says: string
}

interface Verified {
  readonly running?: boolean
  readonly records: number
  readonly digests: number
  readonly undigested: number
  readonly problems: readonly Problem[]
}

/**
 * Looks whether the audit trail is as it was recorded.
 * Takes: a file of digests that were kept elsewhere, as `auditDigests` writes them; absent: none were.
 * Gives: `failed` when something in it was changed.
 */
export function verifyAudit(house: House, against: string | undefined, output: Output): Promise<ExitCode> {
  const known = against === undefined ? [] : digestsIn(against)
  return withInstallation(house, async (ask) => {
    let found = (await ask('audit/verify', {})) as Verified
    while (found.running === true) found = (await ask('audit/verify', {})) as Verified
    const problems = [...found.problems, ...differing(known, await allDigests(ask))]
    say(output, { ...found, problems }, () => verdictOf({ ...found, problems }))
    return problems.length === 0 ? exitCode.done : exitCode.failed
  })
}

/** Writes the digests, one a line, to be kept where nobody can change them. */
export function auditDigests(house: House, output: Output): Promise<ExitCode> {
  return withInstallation(house, async (ask) => {
    for (const digest of await allDigests(ask)) output.out.write(`${JSON.stringify(digest)}\n`)
    return exitCode.done
  })
}

interface Digest {
  readonly number: number
  readonly body: string
  readonly signature: string
}

async function allDigests(ask: Ask): Promise<readonly Digest[]> {
  const all: Digest[] = []
  for (let more = true; more; ) {
    const page = (await ask('audit/digests', { after: all.at(-1)?.number ?? 0 })) as { digests: readonly Digest[] }
    all.push(...page.digests)
    more = page.digests.length > 0
  }
  return all
}

/** Errors: `Stop` for a file that cannot be read, or holds something else. */
function digestsIn(path: string): readonly Digest[] {
  try {
    const lines = readFileSync(path, 'utf8').split('\n')
    return lines.filter((line) => line !== '').map((line) => digestFrom(JSON.parse(line)))
  } catch (cause) {
    const why = (cause as Error).message
    throw new Stop(exitCode.usage, `${path} has no digests of cardea audit digests: ${why}`, cause)
  }
}

function digestFrom(value: unknown): Digest {
  const { number, body, signature } = Object(value)
  if (typeof number !== 'number' || typeof body !== 'string' || typeof signature !== 'string')
    throw new Error('a line is no digest')
  return { number, body, signature }
}

function differing(known: readonly Digest[], found: readonly Digest[]): readonly Problem[] {
  const there = new Map(found.map((digest) => [digest.number, digest]))
  return known.flatMap(({ number, body, signature }) => {
    const one = there.get(number)
    if (one?.body === body && one.signature === signature) return []
    const says = one === undefined ? 'is missing' : 'is another one'
    return [{ kind: 'digest', says: `digest ${number}, which was kept elsewhere, ${says}` }]
  })
}

function verdictOf({ records, digests, undigested, problems }: Verified): string {
  const looked = `${records} records and ${digests} digests; the newest ${undigested} records are in no digest yet.`
  if (problems.length === 0) return `The audit trail is whole: ${looked}`
  const lines = problems.map(({ hour, id, says }) => {
    const when = hour === undefined ? 'not in a digest yet' : `hour of ${hour.startTime}, digest ${hour.digest}`
    return `  ${plain(says)}${id === undefined ? '' : ` (${plain(id)})`}: ${when}`
  })
  return [`The audit trail was changed: ${looked}`, ...lines].join('\n')
}

/** Shows the public keys that verify digests. */
export function auditKeys(house: House, output: Output): Promise<ExitCode> {
  return withInstallation(house, async (ask) => {
    const found = (await ask('audit/keys', {})) as { readonly keys: readonly { readonly publicKey: string }[] }
    say(output, found, () => found.keys.map(({ publicKey }) => publicKey.trimEnd()).join('\n'))
    return exitCode.done
  })
}
