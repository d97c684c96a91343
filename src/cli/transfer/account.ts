import type { Api } from './api.ts'
import type { AccountDetails } from './detail.ts'
import { readDetails } from './detail-reader.ts'
import { mapped } from './mapping.ts'

/** An answer of the API, as AWS's CLI shows it. */
export type Answer = Readonly<Record<string, unknown>>

/** An account as `GetAccountAuthorizationDetails` tells it, whole. */
export interface RawDetails {
  readonly UserDetailList: readonly Answer[]
  readonly GroupDetailList: readonly Answer[]
  readonly RoleDetailList: readonly Answer[]
  readonly Policies: readonly Answer[]
}

/** What the form leaves out, for those who ask for it. */
export interface CompleteDetails extends RawDetails {
  /** Those that no role is in. */
  readonly InstanceProfileList: readonly Answer[]
}

/** Reads an account, page by page; documents are objects. Errors: `Refusal`. */
export async function fetchDetails(api: Api): Promise<RawDetails> {
  const details = await fetchPages(api, 'GetAccountAuthorizationDetails', [
    'UserDetailList',
    'GroupDetailList',
    'RoleDetailList',
    'Policies',
  ])
  // Each list was made by its name.
  return mapped(details, { accounts: new Map(), names: new Map() }) as RawDetails
}

/**
 * Adds what the form leaves out: descriptions and session durations of roles, tags of policies and instance profiles,
 * and instance profiles without a role.
 * Cost: a call for each role, policy and instance profile.
 */
export async function completed(details: RawDetails, api: Api): Promise<CompleteDetails> {
  const RoleDetailList: Answer[] = []
  for (const role of details.RoleDetailList) {
    const { Role } = await api.call('GetRole', { RoleName: role['RoleName'] })
    RoleDetailList.push({ ...role, ...picked(Role, ['Description', 'MaxSessionDuration']) })
  }
  const Policies: Answer[] = []
  for (const policy of details.Policies) {
    const arn = String(policy['Arn'])
    if (arn.startsWith('arn:aws:iam::aws:')) Policies.push(policy)
    else Policies.push({ ...policy, ...picked((await api.call('GetPolicy', { PolicyArn: arn }))['Policy'], ['Tags']) })
  }
  const profiles = new Map<unknown, Answer>()
  for (const { InstanceProfileName: name } of await fetchInstanceProfiles(api)) {
    const { InstanceProfile } = await api.call('GetInstanceProfile', { InstanceProfileName: name })
    profiles.set(name, mapped(InstanceProfile, { accounts: new Map(), names: new Map() }) as Answer)
  }
  const told = new Set<unknown>()
  const withProfiles = RoleDetailList.map((role) => ({
    ...role,
    InstanceProfileList: listOf(role['InstanceProfileList']).map((profile) => {
      told.add(profile['InstanceProfileName'])
      return { ...profile, ...picked(profiles.get(profile['InstanceProfileName']), ['Tags']) }
    }),
  }))
  const InstanceProfileList = [...profiles].filter(([name]) => !told.has(name)).map(([, profile]) => profile)
  return { ...details, RoleDetailList: withProfiles, Policies, InstanceProfileList }
}

/** The account as it is, to be compared with what it is to become. Takes: whether with what the form leaves out. */
export async function fetchAccount(account: string, api: Api, complete: boolean): Promise<AccountDetails> {
  const details = await fetchDetails(api)
  const whole = complete
    ? await completed(details, api)
    : { ...details, InstanceProfileList: await withoutRole(details, api) }
  return readDetails(account, [{ value: whole, at: `account ${account}` }])
}

async function withoutRole(details: RawDetails, api: Api): Promise<readonly Answer[]> {
  const told = new Set(
    details.RoleDetailList.flatMap((role) => listOf(role['InstanceProfileList'])).map(
      (one) => one['InstanceProfileName'],
    ),
  )
  const all = await fetchInstanceProfiles(api)
  return all.filter(({ InstanceProfileName: name }) => !told.has(name))
}

async function fetchInstanceProfiles(api: Api): Promise<readonly Answer[]> {
  return listOf((await fetchPages(api, 'ListInstanceProfiles', ['InstanceProfiles']))['InstanceProfiles'])
}

async function fetchPages(api: Api, operation: string, lists: readonly string[]): Promise<Record<string, Answer[]>> {
  const found: Record<string, Answer[]> = Object.fromEntries(lists.map((list) => [list, []]))
  let Marker: unknown
  do {
    const page = await api.call(operation, { Marker, MaxItems: 1000 })
    for (const list of lists) found[list]?.push(...listOf(page[list]))
    Marker = page['IsTruncated'] === true ? page['Marker'] : undefined
  } while (Marker !== undefined)
  return found
}

function listOf(value: unknown): readonly Answer[] {
  // The reader of answers makes lists of structures of what the model calls so.
  return Array.isArray(value) ? (value as Answer[]) : []
}

function picked(answer: unknown, names: readonly string[]): Answer {
  if (typeof answer !== 'object' || answer === null) return {}
  return Object.fromEntries(Object.entries(answer).filter(([name]) => names.includes(name)))
}
