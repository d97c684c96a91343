import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { resolve } from 'node:path'
import { placeOf, reachedAt, removeRunFile, writeRunFile } from '../place.ts'
import { coloursFor, type Output, remark, say } from '../print.ts'
import { addProfiles, profilePath } from '../profile.ts'
import type { AccountSummary, CreatedAccount, Installation, Program, Serving } from '../program.ts'
import { flagOf, type Settings } from '../setting.ts'
import { type ExitCode, exitCode } from '../stop.ts'
import { quoted } from './env.ts'
import { gatewayLines } from './gateway-coverage.ts'
import { answerOf, createFirst, plannedUrl, rootWarning } from './init.ts'

/** Serves until it is told to stop by SIGINT or SIGTERM. */
export async function serve(program: Program, settings: Settings, output: Output): Promise<ExitCode> {
  const place = placeOf(settings, process.env)
  await program.check(settings)
  const installation = await program.open(place)
  try {
    const created = await firstAccount(installation, settings)
    // INVARIANT: the key is in the folder before anything else can fail; nobody could be shown it again.
    if (created !== undefined && place.folder !== undefined)
      addProfiles(place.folder, 'default', { created, url: plannedUrl(settings) })
    const operatorKey = randomBytes(32).toString('hex')
    const serving = await installation.serve(settings, operatorKey)
    if (place.folder !== undefined) writeRunFile(place.folder, runFile(serving, settings, operatorKey))
    try {
      if (created !== undefined && place.folder !== undefined)
        addProfiles(place.folder, 'default', { created, url: reachedAt(serving.url) })
      const told = stopSignal()
      await announce({ installation, settings, serving, created }, output)
      await told
      remark(output, 'Stopping.')
      return exitCode.done
    } finally {
      if (place.folder !== undefined) removeRunFile(place.folder)
      await serving.stop()
    }
  } finally {
    await installation.close()
  }
}

interface Started {
  readonly installation: Installation
  readonly settings: Settings
  readonly serving: Serving
  /** Present at the first start. */
  readonly created: CreatedAccount | undefined
}

async function firstAccount(installation: Installation, settings: Settings): Promise<CreatedAccount | undefined> {
  const accounts = await installation.accounts()
  return accounts.length === 0 ? createFirst(installation, settings) : undefined
}

function runFile({ url }: Serving, { tlsCert }: Settings, operatorKey: string) {
  return {
    pid: process.pid,
    url: reachedAt(url),
    operatorKey,
    ...(tlsCert === undefined ? {} : { certificate: tlsCert }),
  }
}

/** Listens for the signals from the moment that it is called: whoever reads the announcement may send one at once. */
async function stopSignal(): Promise<void> {
  await Promise.race(['SIGINT', 'SIGTERM'].map((signal) => once(process, signal)))
}

async function announce(started: Started, output: Output): Promise<void> {
  const { settings, serving, created } = started
  const accounts = await started.installation.accounts()
  if (created?.rootKey !== undefined) remark(output, rootWarning)
  for (const warning of [...warnings(settings), ...unused(started, accounts)]) remark(output, warning)
  const answer = {
    url: serving.url,
    ...(created === undefined ? { accountId: accounts[0]?.id } : answerOf(created)),
    accounts: accounts.length,
    ...(serving.covered && { gateway: serving.covered }),
    ...(settings.ephemeral === true ? {} : { data: settings.data }),
  }
  say(output, answer, () => welcome(started, accounts, output))
}

function warnings({ host, tlsCert }: Settings): readonly string[] {
  const loopback = /^(?:127\.\d+\.\d+\.\d+|::1|localhost)$/.test(host)
  if (loopback || tlsCert !== undefined) return []
  return [
    `Warning: listening on ${host} without TLS. Signatures protect requests from change, not from being read, and ` +
      'session tokens and new secret keys travel in answers. Give --tls-cert and --tls-key, or listen on 127.0.0.1.',
  ]
}

/** Settings of a new account say nothing about one that is there already. */
function unused({ settings, created }: Started, [first]: readonly AccountSummary[]): readonly string[] {
  if (created !== undefined || first === undefined) return []
  const { account, name, email, rootKey } = settings
  const differs = (wanted: string | undefined, there: string) => wanted !== undefined && wanted !== there
  const given = {
    account: differs(account, first.id),
    name: differs(name, first.name),
    email: differs(email, first.email),
    rootKey: rootKey === true,
  }
  const flags = Object.entries(given).flatMap(([setting, unmet]) => (unmet ? [flagOf(setting)] : []))
  if (flags.length === 0) return []
  return [
    `Warning: the store has its first account, ${first.id}, already. These settings do nothing: ${flags.join(', ')}.`,
  ]
}

function welcome(
  { settings, serving, created }: Started,
  accounts: readonly { id: string }[],
  { out }: Output,
): string {
  const { bold, dim } = coloursFor(out)
  const lines = [
    `${bold('Cardea')} listens on ${bold(serving.url)}`,
    '',
    `Account      ${accounts
      .map(({ id }) => id)
      .slice(0, 5)
      .join(', ')}${accounts.length > 5 ? ` and ${accounts.length - 5} more` : ''}`,
    `Store        ${settings.ephemeral === true ? 'in memory, forgotten at the end' : settings.data}`,
    'Enforced     every request must be signed by a known key, and every operation is decided by the policies',
    '             that bear on it; what is unknown, unreadable or unsigned is refused',
    ...gatewayLines(serving, settings),
    ...credentials(created, settings),
    '',
    dim('In another terminal:'),
    ...commands(settings, created),
    '',
    dim('Ctrl+C stops it.'),
  ]
  return lines.join('\n')
}

function credentials(created: CreatedAccount | undefined, { data, ephemeral }: Settings): readonly string[] {
  if (created === undefined) return [`Credentials  ${profilePath(data)}, or cardea env`]
  const { administrator } = created
  return [
    `Credentials  user ${administrator.userName}, shown this once:`,
    `             ${administrator.accessKeyId} ${administrator.secretAccessKey}`,
    ...(ephemeral === true ? [] : [`             kept in ${profilePath(data)}`]),
  ]
}

function commands(settings: Settings, created: CreatedAccount | undefined): readonly string[] {
  const next = ['  aws sts get-caller-identity', '  aws iam create-user --user-name alice']
  if (settings.ephemeral === true && created !== undefined)
    return ['  export AWS_ENDPOINT_URL, AWS_REGION and the two keys above', ...next]
  const flag =
    settings.data === resolve('.cardea')
      ? ''
      : ` --data ${/^[\w./-]+$/.test(settings.data) ? settings.data : quoted(settings.data)}`
  return [`  eval "$(npx cardea env${flag})"`, ...next]
}
