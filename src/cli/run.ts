import { Command, Option } from 'commander'
import { addAgents } from './agent-line.ts'
import { addAudit } from './audit-line.ts'
import { forAuthorizer } from './authorizer-setting.ts'
import { addAuthority } from './ca-line.ts'
import { createAccount, listAccounts } from './command/account.ts'
import { decide } from './command/decide.ts'
import { doctor } from './command/doctor.ts'
import { type EnvOptions, env } from './command/env.ts'
import { type ExplainOptions, explain } from './command/explain.ts'
import { explainDecision } from './command/explain-decision.ts'
import { exportAccount } from './command/export.ts'
import { importAws } from './command/import.ts'
import { init } from './command/init.ts'
import { serve } from './command/serve.ts'
import { version } from './command/version.ts'
import { addFederations } from './federation/line.ts'
import { addGateway } from './gateway-line.ts'
import { forGateway } from './gateway-setting.ts'
import { addInstances } from './instance-line.ts'
import type { Output } from './print.ts'
import type { Program } from './program.ts'
import { addServices } from './service-line.ts'
import { addSessions } from './session-line.ts'
import { definitions, flagOf, readSettings, type SettingName, type Settings, variableOf } from './setting.ts'
import { type ExitCode, exitCode, Stop } from './stop.ts'

/** What each command of the house is given. */
interface Given {
  readonly settings: Settings
  readonly output: Output
  readonly flags: Readonly<Record<string, unknown>>
  readonly words: readonly string[]
}

type Action = (given: Given) => Promise<ExitCode>

/** Adds a command to another, with the settings that it takes. */
interface Listed {
  readonly parent: Command
  readonly name: string
  readonly says: string
  readonly takes: readonly SettingName[]
  readonly act: Action
}

const forNewAccount = ['account', 'name', 'email', 'rootKey'] as const satisfies readonly SettingName[]
const forServing = [
  'host',
  'port',
  'region',
  'localIssuer',
  'publicUrl',
  'singleUseTokens',
  'quota',
  'tlsCert',
  'tlsKey',
  'maxBody',
  'auditDays',
  'auditSize',
  'auditWindow',
  'logLevel',
] as const satisfies readonly SettingName[]

/** All commands. Takes: where the exit code goes. */
export function commandLine(program: Program, result: { code: ExitCode }): Command {
  const top = new Command('cardea')
    .description('An AWS-compatible identity and access management system that you run yourself.')
    .helpOption('-h, --help', 'show this')
    .helpCommand('help [command]', 'show what a command takes')
    .showSuggestionAfterError(true)
    // What follows the name of a command belongs to that command.
    .enablePositionalOptions()
    .exitOverride()
    .addHelpText('after', footer)
  const add = (listed: Listed) => listedCommand(listed, result)
  addServing(top, program, add)
  addAccounts(top, program, add)
  addDecide(top, add)
  addExplain(top, program, add)
  addAudit(top, program, add)
  addImport(top, program, add)
  addExport(top, program, add)
  addFederations(top, program, add)
  addSessions(top, program, add)
  addAuthority(top, add)
  addGateway({ top, program, takes: [...forServing, ...forNewAccount] }, add)
  addInstances(top, program, add)
  addServices(top, program, add)
  addAgents(top, program, result)
  add({
    parent: top,
    name: 'version',
    says: 'show the version and the age of its data',
    takes: [],
    act: ({ output }) => version(program, output),
  })
  const looks = 'look at the installation and at this shell, and say what is wrong'
  add({
    parent: top,
    name: 'doctor',
    says: looks,
    takes: ['data'],
    act: ({ settings, output }) => doctor(program, settings, output),
  })
  return top
}

/** Adds a command of the house. */
export type Add = (listed: Listed) => Command

function addServing(top: Command, program: Program, add: Add): void {
  add({
    parent: top,
    name: 'serve',
    says: 'serve; at the first start also make an account',
    takes: ['data', 'ephemeral', ...forServing, ...forGateway, ...forAuthorizer, ...forNewAccount],
    act: ({ settings, output }) => serve(program, settings, output),
  })
  add({
    parent: top,
    name: 'init',
    says: 'make a store with its first account, without serving',
    takes: ['data', ...forNewAccount],
    act: ({ settings, output }) => init(program, settings, output),
  })
  add({
    parent: top,
    name: 'env',
    says: 'print the shell commands that connect this shell: eval "$(cardea env)"',
    takes: ['data'],
    act: ({ settings, flags, output }) => env(settings, envOptions(flags), output),
  })
    .option('--profile <name>', 'whose credentials', 'default')
    .option('--role <arn>', 'assume this role, and give its temporary credentials')
    .addOption(
      new Option('--shell <name>', 'the language of the shell')
        .choices(['posix', 'fish', 'powershell'])
        .default('posix'),
    )
}

function addAccounts(top: Command, program: Program, add: Add): void {
  const account = top.command('account').description('the accounts of the installation').exitOverride()
  add({
    parent: account,
    name: 'create',
    says: 'make another account with its administrator',
    takes: ['data', ...forNewAccount],
    act: ({ settings, output }) => createAccount(program, settings, output),
  })
  add({
    parent: account,
    name: 'list',
    says: 'show the accounts, oldest first',
    takes: ['data'],
    act: ({ settings, output }) => listAccounts(program, settings, output),
  })
}

function addDecide(top: Command, add: Add): void {
  add({
    parent: top,
    name: 'decide',
    says: 'answer questions (one JSON object a line: who, what, on which resource, under which policies)',
    takes: [],
    act: ({ flags, words, output }) =>
      decide(
        {
          explain: flags['explain'] === true,
          text: flags['text'] === true,
          ...(words[0] === undefined ? {} : { file: words[0] }),
        },
        output,
      ),
  })
    .argument('[file]', 'the questions; standard input when absent or -')
    .option('--explain', 'add why: layers, policies, statements, conditions and the values they saw')
    .option('--text', 'with --explain: for people, in place of JSON')
}

function addExplain(top: Command, program: Program, add: Add): void {
  const command = add({
    parent: top,
    name: 'explain',
    says: 'answer one question, or tell of a recorded decision, and say why: layer by layer, statement by statement',
    takes: ['data'],
    act({ settings, flags, words, output }) {
      const [id] = words
      if (id === undefined) return explain(explainOptions(flags), output)
      const { profile } = flags
      return explainDecision({ program, settings }, typeof profile === 'string' ? { id, profile } : { id }, output)
    },
  })
  command
    .argument('[decision]', 'the id of a recorded decision, or of a request: told with the policies as they were then')
    .option('--profile <name>', 'of a recorded decision: ask as this profile, and be told only what it may read')
    .option('--as <principal>', 'who asks: an ARN, a service, or anonymous')
    .option('--do <action>', 's3:GetObject')
    .option('--on <resource>', 'an ARN, or *', '*')
    .option('--behind <arn>', 'the role of a session, with its path; the user of a federated session')
    .option('--owner <account>', 'the account of the resource, where its ARN does not say')
    .option('--resource-policy <file>', "the resource's own policy, or a role's trust policy")
    .option('--boundary <file>', 'the permissions boundary')
    .option('--endpoint <file>', 'the policy of the VPC endpoint that the request came through')
  for (const [flags, says] of repeatable) command.option(flags, `${says}; may be given again`, gathered, [])
}

function addImport(top: Command, program: Program, add: Add): void {
  const from = top.command('import').description('bring accounts from elsewhere into this store').exitOverride()
  add({
    parent: from,
    name: 'aws',
    says: 'bring in what aws iam get-account-authorization-details told',
    takes: ['data'],
    act: ({ settings, flags, words, output }) => {
      const options = { files: words, ...importFlags(flags) }
      return importAws({ program, settings }, options, output)
    },
  })
    .argument('<file...>', 'answers of one or more accounts; - is standard input')
    .option('--dry-run', 'change nothing; tell what would be changed')
    .option('--create-accounts', 'make the accounts that are not there')
    .option('--profile <name>', 'whose credentials; may be given again, for another account', gathered, [])
    .option('--map <old=new>', 'another account, or another principal in policies; may be given again', gathered, [])
}

function addExport(top: Command, program: Program, add: Add): void {
  add({
    parent: top,
    name: 'export',
    says: 'write an account in the form of get-account-authorization-details, or as Terraform',
    takes: ['data'],
    act: ({ settings, flags, output }) => {
      const { profile, out, format, complete } = flags
      const options = {
        format: format === 'terraform' ? format : 'aws',
        complete: complete === true,
        ...(typeof profile === 'string' ? { profile } : {}),
        ...(typeof out === 'string' ? { out } : {}),
      } as const
      return exportAccount({ program, settings }, options, output)
    },
  })
    .addOption(new Option('--format <name>', 'in which form').choices(['aws', 'terraform']).default('aws'))
    .option('--out <path>', 'a file, for Terraform an empty folder; by default standard output')
    .option('--complete', 'add what the form leaves out: session durations, more descriptions and tags')
    .option('--profile <name>', 'whose credentials')
}

function importFlags(flags: Readonly<Record<string, unknown>>) {
  const list = (name: string) => (Array.isArray(flags[name]) ? flags[name].map(String) : [])
  const { dryRun, createAccounts } = flags
  return {
    profile: list('profile'),
    map: list('map'),
    createAccounts: createAccounts === true,
    dryRun: dryRun === true,
  }
}

const repeatable = [
  ['--from <file>', "take the principal's policies from what get-account-authorization-details told"],
  ['--policy <file>', 'an identity-based policy'],
  ['--session <file>', 'a session policy'],
  ['--scp <file>', 'a service control policy, one a level, root first'],
  ['--rcp <file>', 'a resource control policy, one a level, root first'],
  ['--context <key=value>', 'a condition key; key[]=value makes a list'],
  ['--unknown <key>', 'a condition key whose value is not known; * means all that are not given'],
] as const

function gathered(value: string, before: readonly string[]): readonly string[] {
  return [...before, value]
}

function listedCommand({ parent, name, says, takes, act }: Listed, result: { code: ExitCode }): Command {
  const command = parent.command(name).description(says).exitOverride().allowExcessArguments(false)
  for (const setting of takes) command.addOption(optionFor(setting))
  command.option('--settings <file>', 'a JSON file of settings (CARDEA_SETTINGS)').option('--json', 'answer with JSON')
  command.action(async () => {
    const flags: Readonly<Record<string, unknown>> = command.opts()
    const settings = readSettings({ flags, variables: process.env, defaultFile: 'cardea.json' })
    const output = { json: flags['json'] === true, out: process.stdout, err: process.stderr }
    result.code = await act({ settings, output, flags, words: command.args })
  })
  return command
}

function optionFor(name: SettingName): Option {
  const definition = definitions[name]
  const placeholder = { text: ' <text>', path: ' <path>', integer: ' <number>', list: ' <list>', switch: '' }[
    definition.kind
  ]
  const fallback = 'fallback' in definition ? `, by default ${definition.fallback}` : ''
  const option = new Option(`${flagOf(name)}${placeholder}`, `${definition.says} (${variableOf(name)}${fallback})`)
  // A list may be given in parts.
  const joined = (value: string, before: unknown) => (typeof before === 'string' ? `${before},${value}` : value)
  return definition.kind === 'list' ? option.argParser(joined) : option
}

function envOptions(flags: Readonly<Record<string, unknown>>): EnvOptions {
  const { profile, role, shell } = flags
  return {
    profile: String(profile),
    shell: shell === 'fish' || shell === 'powershell' ? shell : 'posix',
    ...(typeof role === 'string' ? { role } : {}),
  }
}

function explainOptions(flags: Readonly<Record<string, unknown>>): ExplainOptions {
  const text = (name: string) => (typeof flags[name] === 'string' ? { [name]: flags[name] } : {})
  const list = (name: string) => (Array.isArray(flags[name]) ? flags[name].map(String) : [])
  for (const name of ['as', 'do'])
    if (flags[name] === undefined)
      throw new Stop(exitCode.usage, `--${name} is needed, where no recorded decision is named.`)
  return {
    as: String(flags['as']),
    do: String(flags['do']),
    on: String(flags['on']),
    context: list('context'),
    unknown: list('unknown'),
    from: list('from'),
    policy: list('policy'),
    session: list('session'),
    scp: list('scp'),
    rcp: list('rcp'),
    ...text('behind'),
    ...text('owner'),
    ...text('resourcePolicy'),
    ...text('boundary'),
    ...text('endpoint'),
  }
}

const footer = `
Settings come from flags, then CARDEA_* variables, then a settings file (cardea.json in this folder, or --settings).
CARDEA_MASTER_KEY gives the master key (32 bytes, hexadecimal or base64) in place of the file in the data folder.

Exit codes: 0 done · 1 refused or failed · 2 wrong flag, variable, setting or argument · 3 the store does not open ·
4 no server answers, or the address cannot be had`
