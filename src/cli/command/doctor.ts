import { existsSync, statSync } from 'node:fs'
import { send } from '../client.ts'
import { placeOf, type RunFile, readRunFile } from '../place.ts'
import { coloursFor, type Output, say } from '../print.ts'
import { profilePath, readProfiles } from '../profile.ts'
import type { Program } from '../program.ts'
import type { Settings } from '../setting.ts'
import { type ExitCode, exitCode, Stop } from '../stop.ts'

/** One thing that was looked at. */
interface Finding {
  readonly name: string
  readonly state: 'good' | 'note' | 'bad'
  readonly says: string
}

/** Looks at the installation and at this shell. Gives: `failed` when something is wrong. */
export async function doctor(program: Program, settings: Settings, output: Output): Promise<ExitCode> {
  const running = settings.ephemeral === true ? undefined : readRunFile(settings.data)
  const findings = [
    await runtime(program),
    ...folder(settings),
    running === undefined ? await store(program, settings) : await server(running),
    profiles(settings),
    ...shell(running),
  ]
  say(output, { findings }, () => findings.map(lineFor(output)).join('\n'))
  return findings.some(({ state }) => state === 'bad') ? exitCode.failed : exitCode.done
}

async function runtime(program: Program): Promise<Finding> {
  const { node, managedPolicies } = await program.facts()
  const says = `Cardea ${program.version} on Node ${node}, AWS managed policies of ${managedPolicies.date}`
  return { name: 'version', state: 'good', says }
}

function folder({ data }: Settings): readonly Finding[] {
  const name = 'folder'
  if (!existsSync(data)) return [{ name, state: 'note', says: `${data} does not exist yet; cardea serve makes it` }]
  const stat = statSync(data)
  if (!stat.isDirectory()) return [{ name, state: 'bad', says: `${data} is not a folder` }]
  const open = process.platform !== 'win32' && (stat.mode & 0o077) !== 0
  return open
    ? [{ name, state: 'bad', says: `${data} can be entered by others; chmod 700 ${data}` }]
    : [{ name, state: 'good', says: data }]
}

async function store(program: Program, settings: Settings): Promise<Finding> {
  const name = 'store'
  if (!existsSync(settings.data)) return { name, state: 'note', says: 'not made yet' }
  try {
    const installation = await program.open(placeOf(settings, process.env))
    const { length } = await installation.accounts()
    await installation.close()
    return { name, state: 'good', says: `opens; ${length} accounts; no server runs on it` }
  } catch (cause) {
    if (cause instanceof Stop) return { name, state: 'bad', says: cause.message }
    throw cause
  }
}

async function server({ url, certificate }: RunFile): Promise<Finding> {
  const name = 'server'
  try {
    const { status } = await send({ url, certificate, method: 'GET', path: '/readyz', service: 'cardea' })
    return status === 200
      ? { name, state: 'good', says: `${url} is ready` }
      : { name, state: 'bad', says: `${url} answers, but is not ready (${status})` }
  } catch (cause) {
    return { name, state: 'bad', says: (cause as Error).message }
  }
}

function profiles({ data }: Settings): Finding {
  const name = 'credentials'
  const known = [...readProfiles(data).keys()]
  return known.length === 0
    ? { name, state: 'note', says: `none in ${profilePath(data)} yet` }
    : { name, state: 'good', says: `${profilePath(data)} has ${known.join(', ')}` }
}

/** Variables of this shell that lead AWS's clients elsewhere. */
function shell(running: RunFile | undefined): readonly Finding[] {
  const name = 'shell'
  const { AWS_ENDPOINT_URL: url, AWS_PROFILE: profile } = process.env
  if (url === undefined)
    return [{ name, state: 'note', says: 'AWS_ENDPOINT_URL is not set; eval "$(cardea env)" sets it' }]
  if (running !== undefined && url !== running.url)
    return [{ name, state: 'bad', says: `AWS_ENDPOINT_URL is ${url}, but the server is ${running.url}` }]
  return profile === undefined
    ? [{ name, state: 'good', says: `AWS's clients talk to ${url}` }]
    : [{ name, state: 'bad', says: `AWS_PROFILE is ${profile} and hides the keys; eval "$(cardea env)" unsets it` }]
}

function lineFor({ out }: Output): (finding: Finding) => string {
  const colours = coloursFor(out)
  const marks = { good: colours.green('ok  '), note: colours.yellow('note'), bad: colours.red('BAD ') }
  return ({ name, state, says }) => `${marks[state]} ${name.padEnd(12)} ${says}`
}
