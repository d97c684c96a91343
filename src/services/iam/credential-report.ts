import { rootArn, userArn } from '#access'
import type { AccessKey, PasswordPolicy, SigningCertificate, Tables, Task, User } from '#store'
import type { Scope } from '../operation.ts'
import { uuidOf } from '../uuid.ts'
import { dateOf } from './date.ts'
import { iam } from './iam.ts'

export const GenerateCredentialReport = iam('GenerateCredentialReport', {
  resource: () => '*',

  async run(_, world) {
    const { account, tables, now, random } = world
    const newest = await tables.tasks.newest(account, kind)
    if (newest !== undefined && isFresh(newest, now)) return { State: 'COMPLETE' as const }
    await tables.tasks.forget(account, kind, { before: now })
    const result = await reportOf(world)
    await tables.tasks.add({ id: uuidOf(random(16)), account, kind, result, createdAt: now })
    // DIFFERS: the report is made at once, so that none is ever in progress.
    return { State: 'STARTED' as const, Description: 'No report exists. Starting a new report generation task' }
  },
})

export const GetCredentialReport = iam('GetCredentialReport', {
  resource: () => '*',

  async run(_, { account, tables, now, fault }) {
    const newest = await tables.tasks.newest(account, kind)
    if (newest === undefined)
      throw fault('ReportNotPresent', 'No report exists. Use GenerateCredentialReport to generate one.')
    if (!isFresh(newest, now))
      throw fault('ReportExpired', 'The report has expired. Use GenerateCredentialReport to generate a new one.')
    return {
      Content: Buffer.from(newest.result, 'utf8'),
      ReportFormat: 'text/csv' as const,
      GeneratedTime: dateOf(newest.createdAt),
    }
  },
})

const kind = 'credentialReport'
/** Milliseconds for which a report is the newest that there can be. */
const lifetime = 4 * 3_600_000
const day = 24 * 3_600_000

const columns = [
  'user',
  'arn',
  'user_creation_time',
  'password_enabled',
  'password_last_used',
  'password_last_changed',
  'password_next_rotation',
  'mfa_active',
  'access_key_1_active',
  'access_key_1_last_rotated',
  'access_key_1_last_used_date',
  'access_key_1_last_used_region',
  'access_key_1_last_used_service',
  'access_key_2_active',
  'access_key_2_last_rotated',
  'access_key_2_last_used_date',
  'access_key_2_last_used_region',
  'access_key_2_last_used_service',
  'cert_1_active',
  'cert_1_last_rotated',
  'cert_2_active',
  'cert_2_last_rotated',
]

function isFresh({ createdAt }: Task, now: number): boolean {
  return now - createdAt < lifetime
}

async function reportOf({ account, tables }: Scope): Promise<string> {
  const policy = await tables.passwordPolicies.of(account)
  const rows = [columns, await rootRow(account, tables)]
  let after: string | undefined
  for (let more = true; more; ) {
    const page = await tables.users.list(account, { limit: 1000, ...(after === undefined ? {} : { after }) })
    for (const user of page.items) rows.push(await userRow(user, policy, tables))
    after = page.items.at(-1)?.name
    more = page.more
  }
  return rows.map((row) => row.map(quoted).join(',')).join('\n')
}

async function rootRow(account: string, tables: Tables): Promise<string[]> {
  const createdAt = (await tables.accounts.byId(account))?.createdAt
  return [
    '<root_account>',
    rootArn(account),
    moment(createdAt),
    'not_supported',
    'no_information',
    'not_supported',
    'not_supported',
    ...(await credentials(account, undefined, tables)),
  ]
}

async function userRow(user: User, policy: PasswordPolicy | undefined, tables: Tables): Promise<string[]> {
  const { account, id, name, path, createdAt } = user
  return [
    name,
    userArn(account, path, name),
    moment(createdAt),
    ...(await password(user, policy, tables)),
    ...(await credentials(account, id, tables)),
  ]
}

async function password(user: User, policy: PasswordPolicy | undefined, tables: Tables): Promise<string[]> {
  const profile = await tables.loginProfiles.ofUser(user.id)
  if (profile === undefined) return ['false', 'N/A', 'N/A', 'N/A']
  const { passwordLastUsedAt } = user
  const used = passwordLastUsedAt === undefined ? 'no_information' : moment(passwordLastUsedAt)
  const next = policy?.maxAge === undefined ? undefined : profile.changedAt + policy.maxAge * day
  return ['true', used, moment(profile.changedAt), moment(next)]
}

/** Second factor, keys and certificates of a user or the root. */
async function credentials(account: string, userId: string | undefined, tables: Tables): Promise<string[]> {
  const devices = await tables.mfaDevices.ofUser(account, userId)
  const [firstKey, secondKey] = await tables.accessKeys.ofUser(account, userId)
  const [first, second] = await tables.signingCertificates.ofUser(account, userId)
  return [
    String(devices.length > 0),
    ...(await accessKey(firstKey, tables)),
    ...(await accessKey(secondKey, tables)),
    ...certificate(first),
    ...certificate(second),
  ]
}

async function accessKey(key: AccessKey | undefined, tables: Tables): Promise<string[]> {
  if (key === undefined) return ['false', 'N/A', 'N/A', 'N/A', 'N/A']
  const use = await tables.lastUses.get(key.id)
  const used = [moment(use?.at), use?.region ?? 'N/A', use?.service ?? 'N/A']
  return [String(key.active), moment(key.createdAt), ...used]
}

function certificate(found: SigningCertificate | undefined): string[] {
  return found === undefined ? ['false', 'N/A'] : [String(found.active), moment(found.createdAt)]
}

/** `2026-01-15T12:00:00+00:00` */
function moment(at: number | undefined): string {
  return at === undefined ? 'N/A' : new Date(at).toISOString().replace(/\.\d+Z$/, '+00:00')
}

/** A field of CSV. Names may hold commas. */
function quoted(field: string): string {
  return /[",\r\n]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field
}
