import Table from 'cli-table3'
import { type Operator, operatorOf } from '../operator.ts'
import { placeOf, readRunFile } from '../place.ts'
import { type Output, remark, say } from '../print.ts'
import { addProfiles, profileName, profilePath, readProfiles } from '../profile.ts'
import type { AccountSummary, Program } from '../program.ts'
import type { Settings } from '../setting.ts'
import { type ExitCode, exitCode, Stop } from '../stop.ts'
import { answerOf, plannedUrl, rootWarning, shownOnce } from './init.ts'

/** Makes another account in the installation, with its administrator, and a profile under the account's name. */
export async function createAccount(program: Program, settings: Settings, output: Output): Promise<ExitCode> {
  const { name = `account-${Date.now()}`, email = `root@${profileName(name)}.localdomain` } = settings
  const asked = { id: settings.account, name, email, rootKey: settings.rootKey === true }
  const folder = folderOf(settings)
  const profile = freeName(folder, profileName(name))
  return withOperator(program, settings, async (operator, url) => {
    const created = await operator.createAccount(asked)
    addProfiles(folder, profile, { created, url })
    if (created.rootKey !== undefined) remark(output, rootWarning)
    say(output, { ...answerOf(created), profile }, () =>
      [
        shownOnce(created),
        `It is kept in ${profilePath(folder)} as the profile ${profile}: eval "$(cardea env --profile ${profile})"`,
      ].join('\n'),
    )
  })
}

/** Shows the installation's accounts, oldest first. */
export async function listAccounts(program: Program, settings: Settings, output: Output): Promise<ExitCode> {
  return withOperator(program, settings, async (operator) => {
    const accounts = await operator.accounts()
    say(output, { accounts }, () => tableOf(accounts))
  })
}

/** Asks the server that holds the store, or opens the store when no server runs. */
async function withOperator(
  program: Program,
  settings: Settings,
  work: (operator: Operator, url: string) => Promise<void>,
): Promise<ExitCode> {
  const place = placeOf(settings, process.env)
  const running = readRunFile(folderOf(settings))
  if (running !== undefined) {
    await work(operatorOf(running), running.url)
    return exitCode.done
  }
  const installation = await program.open(place)
  try {
    await work(installation, plannedUrl(settings))
    return exitCode.done
  } finally {
    await installation.close()
  }
}

function folderOf(settings: Settings): string {
  if (settings.ephemeral === true)
    throw new Stop(exitCode.usage, 'Accounts are made in a store that lasts: leave out --ephemeral.')
  return settings.data
}

function freeName(folder: string, wanted: string): string {
  const taken = readProfiles(folder)
  let name = wanted
  for (let number = 2; taken.has(name); number++) name = `${wanted}-${number}`
  return name
}

function tableOf(accounts: readonly AccountSummary[]): string {
  const table = new Table({ head: ['Account', 'Name', 'E-mail', 'Alias', 'Created'], style: { head: [], border: [] } })
  for (const { id, name, email, alias = '', createdAt } of accounts) table.push([id, name, email, alias, createdAt])
  return table.toString()
}
