import { placeOf } from '../place.ts'
import { type Output, remark, say } from '../print.ts'
import { addProfiles, profilePath } from '../profile.ts'
import type { CreatedAccount, Installation, Program } from '../program.ts'
import type { Settings } from '../setting.ts'
import { type ExitCode, exitCode, Stop } from '../stop.ts'

/** Makes a store with its first account, without serving. Errors: `Stop` when the folder has a store already. */
export async function init(program: Program, settings: Settings, output: Output): Promise<ExitCode> {
  const place = placeOf(settings, process.env)
  if (place.folder === undefined)
    throw new Stop(exitCode.usage, 'cardea init makes a store that lasts: leave out --ephemeral.')
  const installation = await program.open(place)
  try {
    const [first] = await installation.accounts()
    if (first !== undefined)
      throw new Stop(
        exitCode.failed,
        `${place.folder} holds a store already; its first account is ${first.id}. ` +
          'To add an account use cardea account create; to begin anew remove the folder.',
      )
    const created = await createFirst(installation, settings)
    addProfiles(place.folder, 'default', { created, url: plannedUrl(settings) })
    if (created.rootKey !== undefined) remark(output, rootWarning)
    say(output, answerOf(created), () => `${shownOnce(created)}\nIt is kept in ${profilePath(place.folder ?? '')}.`)
    return exitCode.done
  } finally {
    await installation.close()
  }
}

/** Makes the first account of an installation. */
export function createFirst(installation: Installation, settings: Settings): Promise<CreatedAccount> {
  return installation.createAccount({
    id: settings.account,
    name: settings.name ?? 'main',
    email: settings.email ?? 'root@localhost.localdomain',
    rootKey: settings.rootKey === true,
  })
}

/** The fields that programs read. */
export function answerOf({ accountId, rootKey, administrator }: CreatedAccount): object {
  return { accountId, ...(rootKey === undefined ? {} : { rootKey }), administrator }
}

/** The new account and its keys, for people. */
export function shownOnce({ accountId, administrator, rootKey }: CreatedAccount): string {
  const lines = [
    `Account          ${accountId}`,
    `Administrator    ${administrator.userName}`,
    `Access key       ${administrator.accessKeyId}`,
    `Secret key       ${administrator.secretAccessKey}`,
  ]
  if (rootKey !== undefined)
    lines.push(`Root access key  ${rootKey.accessKeyId}`, `Root secret key  ${rootKey.secretAccessKey}`)
  return `${lines.join('\n')}\nThe secret is shown this once.`
}

export const rootWarning =
  'Warning: the root user of an account may do everything, and no policy of its own account limits it. ' +
  'Use the administrator for daily work, and delete the root key when it has done its task.'

/** Where a server with these settings will listen; empty when that is not known yet. */
export function plannedUrl({ host, port, tlsCert }: Settings): string {
  if (port === 0) return ''
  const name = host === '0.0.0.0' || host === '::' ? 'localhost' : host.includes(':') ? `[${host}]` : host
  return `${tlsCert === undefined ? 'http' : 'https'}://${name}:${port}`
}
