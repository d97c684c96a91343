import type { Command } from 'commander'
import {
  deregisterInstance,
  type House,
  listInstances,
  type NewInstance,
  registerInstance,
  rejoinInstance,
} from './command/instance.ts'
import type { Program } from './program.ts'
import type { Add } from './run.ts'
import type { Settings } from './setting.ts'
import { exitCode, Stop } from './stop.ts'

type Flags = Readonly<Record<string, unknown>>

/** Adds the commands about instances: what is given a role to run with. */
export function addInstances(top: Command, program: Program, add: Add): void {
  const parent = top.command('instance').description('what is given a role to run with').exitOverride()
  const house = (settings: Settings, flags: Flags): House => ({ program, settings, as: textIn(flags, 'as') })
  const list = (name: string, says: string, act: Parameters<Add>[0]['act']) =>
    add({ parent, name, says, takes: ['data'], act }).option('--as <name>', 'the profile whose credentials ask')
  list('register', 'register an instance with an instance profile, and make a token for its agent', (given) =>
    registerInstance(house(given.settings, given.flags), newInstance(given.flags), given.output),
  )
    .requiredOption('--profile <name>', 'the instance profile, whose role it gets')
    .option('--name <text>', 'what people call it')
    .option('--tag <key=value>', 'a tag; may be given again', gathered, [])
    .option('--session-duration <seconds>', 'how long its credentials last, 15–21600 (six hours when absent)')
    .option('--join-within <seconds>', 'how long the token is good, 60–86400 (900 when absent)')
    .option('--token-file <path>', 'write the token there, for its owner only, and print it nowhere')
  list('rejoin', 'make another token: the agent that joins with it takes the place of the one before', (given) => {
    const asked = { id: given.words[0] ?? '', ...joining(given.flags) }
    return rejoinInstance(house(given.settings, given.flags), asked, given.output)
  })
    .argument('<id>', 'the instance, i-…')
    .option('--join-within <seconds>', 'how long the token is good, 60–86400 (900 when absent)')
    .option('--token-file <path>', 'write the token there, for its owner only, and print it nowhere')
  list('list', 'show the instances of the account', (given) =>
    listInstances(house(given.settings, given.flags), given.output),
  )
  list('deregister', 'take an instance away, and end its sessions', (given) =>
    deregisterInstance(house(given.settings, given.flags), given.words[0] ?? '', given.output),
  ).argument('<id>', 'the instance, i-…')
}

function newInstance(flags: Flags): NewInstance {
  const name = textIn(flags, 'name')
  const sessionSeconds = secondsIn(flags, 'sessionDuration', '--session-duration')
  const { tag } = flags
  return {
    profile: String(flags['profile']),
    tags: Array.isArray(tag) ? tag.map(String) : [],
    ...(name === undefined ? {} : { name }),
    ...(sessionSeconds === undefined ? {} : { sessionSeconds }),
    ...joining(flags),
  }
}

function joining(flags: Flags) {
  const joinSeconds = secondsIn(flags, 'joinWithin', '--join-within')
  const tokenFile = textIn(flags, 'tokenFile')
  return { ...(joinSeconds === undefined ? {} : { joinSeconds }), ...(tokenFile === undefined ? {} : { tokenFile }) }
}

function secondsIn(flags: Flags, name: string, flag: string): number | undefined {
  const text = textIn(flags, name)
  if (text === undefined) return undefined
  if (!/^\d{1,6}$/.test(text)) throw new Stop(exitCode.usage, `${flag} must be a number of seconds.`)
  return Number(text)
}

function textIn(flags: Flags, name: string): string | undefined {
  const value = flags[name]
  return typeof value === 'string' ? value : undefined
}

function gathered(value: string, before: readonly string[]): readonly string[] {
  return [...before, value]
}
