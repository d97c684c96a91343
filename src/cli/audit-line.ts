import type { Command } from 'commander'
import { auditDigests, auditKeys, searchAudit, tailAudit, verifyAudit } from './command/audit.ts'
import { exportAudit } from './command/audit-export.ts'
import { showDenials } from './command/denials.ts'
import { momentIn } from './moment.ts'
import type { Program } from './program.ts'
import type { Add } from './run.ts'
import { exitCode, Stop } from './stop.ts'

type Flags = Readonly<Record<string, unknown>>

/** Flags that name what a record says, and the members that the house takes them as. */
const texts = [
  ['account', 'account', 'of one account'],
  ['user', 'user', 'of a user, a session or an ARN'],
  ['key', 'accessKeyId', 'made with this access key'],
  ['event', 'eventName', 'CreateUser'],
  ['source', 'eventSource', 'iam.amazonaws.com'],
  ['resource', 'resource', 'that touch this ARN first'],
  ['error', 'errorCode', 'AccessDenied'],
  ['id', 'id', 'the id of an event'],
] as const

/** Adds the commands about the audit trail. */
export function addAudit(top: Command, program: Program, add: Add): void {
  const audit = top
    .command('audit')
    .description('the audit trail: who did what, and whether it is whole')
    .exitOverride()
  addSearch(audit, program, add)
  add({
    parent: audit,
    name: 'tail',
    says: 'show the newest records',
    takes: ['data'],
    act: ({ settings, flags, output }) =>
      tailAudit(
        { program, settings },
        { count: countIn(flags, 'count', 20), follow: flags['follow'] === true },
        output,
      ),
  })
    .option('-n, --count <number>', 'how many', '20')
    .option('-f, --follow', 'go on with those that come')
  add({
    parent: audit,
    name: 'verify',
    says: 'look whether a record was changed, removed or put in another order',
    takes: ['data'],
    act({ settings, flags, output }) {
      const { against } = flags
      return verifyAudit({ program, settings }, typeof against === 'string' ? against : undefined, output)
    },
  }).option('--against <file>', 'digests that were kept elsewhere, as "audit digests" writes them')
  add({
    parent: audit,
    name: 'digests',
    says: 'write the signed digests, one a line, to be kept elsewhere',
    takes: ['data'],
    act: ({ settings, output }) => auditDigests({ program, settings }, output),
  })
  add({
    parent: audit,
    name: 'keys',
    says: 'show the public keys with which digests are signed',
    takes: ['data'],
    act: ({ settings, output }) => auditKeys({ program, settings }, output),
  })
  addExport(audit, program, add)
  addDenials(top, program, add)
}

function addSearch(audit: Command, program: Program, add: Add): void {
  const search = add({
    parent: audit,
    name: 'search',
    says: 'show the records that are looked for, newest first',
    takes: ['data'],
    act({ settings, flags, output }) {
      const named = texts.flatMap(([flag, member]) => {
        const value = flags[flag]
        return typeof value === 'string' ? [[member, value] as const] : []
      })
      const query = {
        ...Object.fromEntries(named),
        ...times(flags),
        ...(flags['refused'] === true ? { refused: true } : {}),
        ...(flags['writes'] === true ? { readOnly: false } : {}),
        ...(flags['category'] === undefined ? {} : { category: String(flags['category']) }),
      }
      return searchAudit({ program, settings }, { query, limit: countIn(flags, 'limit', 50) }, output)
    },
  })
  for (const [flag, , says] of texts) search.option(`--${flag} <text>`, says)
  withTimes(search)
    .option('--refused', 'refusals only')
    .option('--writes', 'changes only')
    .option('--category <name>', 'management or data')
    .option('--limit <number>', 'at most so many', '50')
}

function addExport(audit: Command, program: Program, add: Add): void {
  withTimes(
    add({
      parent: audit,
      name: 'export',
      says: "write the records as CloudTrail's files",
      takes: ['data'],
      act({ settings, flags, output }) {
        const { out, account, decisions } = flags
        const asked = {
          out: String(out),
          ...times(flags),
          ...(typeof account === 'string' ? { account } : {}),
          decisions: decisions === true,
        }
        return exportAudit({ program, settings }, asked, output)
      },
    }),
  )
    .requiredOption('--out <folder>', 'where to write')
    .option('--account <id>', 'of one account')
    .option('--decisions', 'add what was decided, in a member "cardea" of each record')
}

function addDenials(top: Command, program: Program, add: Add): void {
  add({
    parent: top,
    name: 'denials',
    says: 'show recent refusals in groups, with the smallest change that would have allowed each',
    takes: ['data'],
    act({ settings, flags, output }) {
      const { account } = flags
      const asked = { ...times(flags), limit: countIn(flags, 'limit', 20) }
      return showDenials({ program, settings }, typeof account === 'string' ? { ...asked, account } : asked, output)
    },
  })
    .option('--account <id>', 'of one account')
    .option('--from <time>', 'since when: 2026-01-15T12:00:00Z, or how long ago: 2h', '7d')
    .option('--limit <number>', 'at most so many groups, 100 at most', '20')
}

function withTimes(command: Command): Command {
  return command
    .option('--from <time>', 'since when: 2026-01-15T12:00:00Z, or how long ago: 2h, 7d')
    .option('--to <time>', 'until when')
}

function times(flags: Flags): { readonly from?: number; readonly to?: number } {
  const now = Date.now()
  const { from, to } = flags
  return {
    ...(typeof from === 'string' ? { from: momentIn(from, '--from', now) } : {}),
    ...(typeof to === 'string' ? { to: momentIn(to, '--to', now) } : {}),
  }
}

/** Errors: `Stop` for what is no number from 1 on. */
function countIn(flags: Flags, name: string, fallback: number): number {
  const text = String(flags[name] ?? fallback)
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text)
  throw new Stop(exitCode.usage, `--${name} ${text}: write a number from 1 on.`)
}
