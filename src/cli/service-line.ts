import type { Command } from 'commander'
import {
  authorizeOne,
  checkPolicy,
  completeText,
  listServices,
  registerService,
  removeService,
  type ServiceHouse,
  showService,
} from './command/service.ts'
import type { Program } from './program.ts'
import type { Add } from './run.ts'
import type { Settings } from './setting.ts'

type Flags = Readonly<Record<string, unknown>>

/** Adds the commands about services of one's own, whose actions policies can name. */
export function addServices(top: Command, program: Program, add: Add): void {
  const parent = top
    .command('service')
    .description('services of your own, whose actions policies can name')
    .exitOverride()
  const house = (settings: Settings, flags: Flags): ServiceHouse => ({ program, settings, as: textIn(flags, 'as') })
  const one = (name: string, says: string, act: Parameters<Add>[0]['act']) =>
    add({ parent, name, says, takes: ['data'], act }).option('--as <name>', 'the profile whose credentials ask')
  one('register', 'register a service, or replace what is known of it', ({ settings, flags, words, output }) =>
    registerService(house(settings, flags), { prefix: words[0] ?? '', file: words[1] ?? '' }, output),
  )
    .argument('<prefix>', 'what its actions begin with: acme')
    .argument('<file>', 'its actions, resource types, condition keys and routes, as JSON; - is standard input')
  one('list', 'show the registered services', ({ settings, flags, output }) =>
    listServices(house(settings, flags), output),
  )
  one('show', 'show a service with its definition', ({ settings, flags, words, output }) =>
    showService(house(settings, flags), words[0] ?? '', output),
  ).argument('<prefix>')
  one('remove', 'take a service away; its actions are then refused', ({ settings, flags, words, output }) =>
    removeService(house(settings, flags), words[0] ?? '', output),
  ).argument('<prefix>')
  one('check', 'say what in a policy no service has', ({ settings, flags, words, output }) =>
    checkPolicy(house(settings, flags), { file: words[0] ?? '', type: textIn(flags, 'type') ?? 'identity' }, output),
  )
    .argument('<policy>', 'a policy document; - is standard input')
    .option('--type <type>', 'identity, or resource', 'identity')
  one('complete', 'show the actions and condition keys that begin with a text', ({ settings, flags, words, output }) =>
    completeText(house(settings, flags), words[0] ?? '', output),
  ).argument('<text>', 'acme:Get')
  addAuthorize(top, house, add)
}

function addAuthorize(top: Command, house: (settings: Settings, flags: Flags) => ServiceHouse, add: Add): void {
  add({
    parent: top,
    name: 'authorize',
    says: 'ask the server whether somebody may do something, as a service does',
    takes: ['data'],
    act: ({ settings, flags, output }) =>
      authorizeOne(
        house(settings, flags),
        {
          principal: String(flags['principal']),
          action: String(flags['do']),
          resource: String(flags['on']),
          context: Array.isArray(flags['context']) ? flags['context'].map(String) : [],
          explain: flags['explain'] === true,
        },
        output,
      ),
  })
    .requiredOption('--principal <arn>', 'a user, a role, a session or the root of the account; or anonymous')
    .requiredOption('--do <action>', 'acme:GetPhoto')
    .option('--on <resource>', 'an ARN, or *', '*')
    .option('--context <key=value>', 'a condition key; key[]=value makes a list; may be given again', gathered, [])
    .option('--explain', 'also say why')
    .option('--as <name>', 'the profile whose credentials ask')
}

function gathered(value: string, before: readonly string[]): readonly string[] {
  return [...before, value]
}

function textIn(flags: Flags, name: string): string | undefined {
  const value = flags[name]
  return typeof value === 'string' ? value : undefined
}
