import { existsSync, mkdirSync, readdirSync } from 'node:fs'
import { basename, join } from 'node:path'
import { writePrivate } from '../place.ts'
import { type Output, say } from '../print.ts'
import type { Program } from '../program.ts'
import type { Settings } from '../setting.ts'
import { type ExitCode, exitCode, Stop } from '../stop.ts'
import { completed, fetchDetails } from '../transfer/account.ts'
import { apiOf, Refusal } from '../transfer/api.ts'
import { type Identity, identities, withServer } from '../transfer/connect.ts'
import { readDetails } from '../transfer/detail-reader.ts'
import { terraformOf } from '../transfer/terraform.ts'

export interface ExportOptions {
  /** Absent: whoever the shell is connected as, or the first profile of the data folder. */
  readonly profile?: string
  readonly format: 'aws' | 'terraform'
  /** A file, or for Terraform a folder; absent: standard output. */
  readonly out?: string
  /** Also what the form leaves out. */
  readonly complete: boolean
}

/**
 * Writes an account as `GetAccountAuthorizationDetails` tells it to the caller, or as Terraform.
 * Errors: `Stop` for a refusal of the server, and for a folder that is not empty.
 */
export function exportAccount(
  given: { readonly program: Program; readonly settings: Settings },
  options: ExportOptions,
  output: Output,
): Promise<ExitCode> {
  if (options.format === 'terraform') refuseFull(options.out)
  return withServer(given.program, given.settings, async (server) => {
    const names = options.profile === undefined ? [] : [options.profile]
    for await (const identity of identities(server, names)) {
      await (options.format === 'terraform' ? exportTerraform : exportForm)(identity, options, output)
      return exitCode.done
    }
    throw new Stop(exitCode.usage, `There are no credentials in ${server.folder}: name a profile with --profile.`)
  })
}

async function exportForm(identity: Identity, { out, complete }: ExportOptions, output: Output): Promise<void> {
  const details = await detailsOf(identity, complete)
  const { length: users } = details.UserDetailList
  const shown = `${JSON.stringify(details, undefined, output.json && out === undefined ? 0 : 4)}\n`
  if (out === undefined) {
    output.out.write(shown)
    return
  }
  writePrivate(out, shown)
  const roles = details.RoleDetailList.length
  const { account } = identity
  say(
    output,
    { account, file: out, users, roles },
    () => `Account ${account} is in ${out}; users: ${users}, roles: ${roles}`,
  )
}

async function exportTerraform(identity: Identity, { out = '' }: ExportOptions, output: Output): Promise<void> {
  const { account } = identity
  const value = await detailsOf(identity, true)
  const files = terraformOf(readDetails(account, [{ value, at: `account ${account}` }]))
  mkdirSync(out, { recursive: true, mode: 0o700 })
  for (const [name, text] of files) writePrivate(join(out, name), text)
  say(output, { account, folder: out, files: [...files.keys()] }, () =>
    [
      `Account ${account} is in ${out}: ${[...files.keys()].join(', ')}.`,
      'terraform init and terraform plan come next.',
    ].join('\n'),
  )
}

async function detailsOf({ account, arn, connection }: Identity, complete: boolean) {
  const api = apiOf('iam', connection)
  try {
    const details = await fetchDetails(api)
    return complete ? await completed(details, api) : details
  } catch (cause) {
    if (cause instanceof Refusal)
      throw new Stop(exitCode.failed, `Account ${account} cannot be read as ${arn}: ${cause.message}`, cause)
    throw cause
  }
}

function refuseFull(folder: string | undefined): void {
  if (folder === undefined) throw new Stop(exitCode.usage, '--format terraform writes files: say with --out where.')
  if (existsSync(folder) && readdirSync(folder).length > 0)
    throw new Stop(exitCode.usage, `${basename(folder)} is not empty: Terraform would read what is in it too.`)
}
