import type { Output } from '../print.ts'
import { remark, say } from '../print.ts'
import { addProfiles, readProfiles } from '../profile.ts'
import type { Program } from '../program.ts'
import type { Settings } from '../setting.ts'
import { type ExitCode, exitCode, Stop } from '../stop.ts'
import { fetchAccount } from '../transfer/account.ts'
import { type Api, apiOf, Refusal } from '../transfer/api.ts'
import { carryOut, checkPlans } from '../transfer/carry-out.ts'
import { connectionOf, identities, type Server, withServer } from '../transfer/connect.ts'
import { type AccountDetails, newAccountDetails } from '../transfer/detail.ts'
import { readDetailFiles, type ToldAccount } from '../transfer/detail-file.ts'
import { mappingOf } from '../transfer/mapping.ts'
import type { Move } from '../transfer/plan.ts'
import { planMoves } from '../transfer/planner.ts'
import { isWhole, reportOf, shownReport } from '../transfer/report.ts'

export interface ImportOptions {
  readonly files: readonly string[]
  /** Names of profiles; none: whoever the shell is connected as, and the profiles of the data folder. */
  readonly profile: readonly string[]
  /** `OLD=NEW` */
  readonly map: readonly string[]
  readonly createAccounts: boolean
  readonly dryRun: boolean
}

/**
 * Brings what AWS's `get-account-authorization-details` tells into accounts, by calls of the API: the importer can do
 * what its caller could do, and nothing else.
 * Gives: `failed` when not everything came over. Errors: `Stop` when nothing was done.
 */
export function importAws(
  given: { readonly program: Program; readonly settings: Settings },
  options: ImportOptions,
  output: Output,
): Promise<ExitCode> {
  const told = readDetailFiles(options.files, mappingOf(options.map))
  return withServer(given.program, given.settings, async (server) => {
    const apis = await apisFor(told, server, options)
    const moves = await movesOf(told, apis)
    const plans = planMoves(moves)
    checkPlans(plans)
    const missing = told.filter(({ details }) => !apis.has(details.account))
    if (!options.dryRun)
      for (const { details } of missing) {
        const { api, profile } = await created(details, server)
        apis.set(details.account, api)
        remark(output, `Made account ${details.account} with an administrator, kept as the profile ${profile}.`)
      }
    const outcomes = options.dryRun ? undefined : await carryOut(plans, apis)
    const accounts = told.map(({ from, details: { account } }) => ({
      account,
      from,
      created: missing.some(({ details }) => details.account === account),
    }))
    const report = reportOf({ plans, outcomes, accounts })
    say(output, report, () => shownReport(report))
    return isWhole(report) ? exitCode.done : exitCode.failed
  })
}

/** Gives: the API of every account that is there. Errors: `Stop` for one that is not there, or that nobody may enter. */
async function apisFor(
  told: readonly ToldAccount[],
  server: Server,
  { profile, createAccounts }: ImportOptions,
): Promise<Map<string, Api>> {
  const wanted = new Set(told.map(({ details }) => details.account))
  const apis = new Map<string, Api>()
  const others: string[] = []
  for await (const { account, connection } of identities(server, profile)) {
    if (!wanted.has(account)) others.push(account)
    else if (!apis.has(account)) apis.set(account, apiOf('iam', connection))
    if (apis.size === wanted.size) break
  }
  const there = new Set((await server.operator?.accounts())?.map(({ id }) => id))
  for (const { from, details } of told) {
    const { account } = details
    if (apis.has(account)) continue
    if (there.has(account) || server.operator === undefined) throw closed(account, others)
    if (!createAccounts) throw absent(account, from)
  }
  return apis
}

function closed(account: string, others: readonly string[]): Stop {
  const known = others.length === 0 ? '' : ` The credentials at hand are those of ${[...new Set(others)].join(', ')}.`
  return new Stop(
    exitCode.usage,
    `There are no credentials for account ${account}: name a profile of it with --profile.${known}`,
  )
}

function absent(account: string, from: string): Stop {
  return new Stop(
    exitCode.usage,
    `There is no account ${account} in this installation. ` +
      `Make it with --create-accounts, or bring what the file tells of it into another with --map ${from}=ACCOUNT.`,
  )
}

async function movesOf(
  told: readonly ToldAccount[],
  apis: ReadonlyMap<string, Api>,
): Promise<ReadonlyMap<string, Move>> {
  const moves = new Map<string, Move>()
  for (const { details: wanted } of told) {
    const api = apis.get(wanted.account)
    const present = api === undefined ? newAccountDetails(wanted.account) : await presentOf(wanted, api)
    moves.set(wanted.account, { wanted, present })
  }
  return moves
}

async function presentOf(wanted: AccountDetails, api: Api): Promise<AccountDetails> {
  try {
    return await fetchAccount(wanted.account, api, isComplete(wanted))
  } catch (cause) {
    if (cause instanceof Refusal)
      throw new Stop(exitCode.failed, `Account ${wanted.account} cannot be read: ${cause.message}`, cause)
    throw cause
  }
}

/** Whether the files tell what the form leaves out, so that it has to be compared. */
function isComplete({ roles, policies, instanceProfiles }: AccountDetails): boolean {
  return (
    [...roles.values()].some(({ description, maxSessionDuration }) => description ?? maxSessionDuration) ||
    [...policies.values(), ...instanceProfiles.values()].some(({ tags = [] }) => tags.length > 0)
  )
}

async function created(
  { account }: AccountDetails,
  server: Server,
): Promise<{ readonly api: Api; readonly profile: string }> {
  const { operator, url, folder } = server
  if (operator === undefined) throw new Error('only an operator makes accounts')
  const name = `account-${account}`
  const made = await operator.createAccount({
    id: account,
    name,
    email: `root@${name}.localdomain`,
    rootKey: false,
  })
  const taken = readProfiles(folder)
  const profile = taken.has(name) ? `${name}-${taken.size}` : name
  addProfiles(folder, profile, { created: made, url })
  return { api: apiOf('iam', connectionOf(server, made.administrator)), profile }
}
