import { resolve } from 'node:path'
import type { Command } from 'commander'
import { agent, credentialProcess } from './command/agent.ts'
import type { AgentAsked, AgentProof, Program } from './program.ts'
import { type ExitCode, exitCode, Stop } from './stop.ts'

type Flags = Readonly<Record<string, unknown>>

/**
 * Adds the commands of agents. They take no settings of the house: an agent runs where no installation is.
 * Takes: where the exit code goes.
 */
export function addAgents(top: Command, program: Program, result: { code: ExitCode }): void {
  const parts = { program, result }
  listed(top, 'agent', parts)
    .description(
      'give the workloads of this machine credentials that rotate: instance metadata and container credentials',
    )
    .option('--host <address>', 'the address to listen on', '127.0.0.1')
    .option('--imds-port <number>', 'the port of instance metadata; 0 takes a free one', '9169')
    .option('--container-port <number>', 'the port of container credentials; 0 takes a free one', '9170')
    .option('--allow-imdsv1', 'answer requests for instance metadata without a token, too')
    .option('--allow-host <name>', 'a name that leads to this agent; may be given again', gathered, [])
    .option(
      '--pod-role <namespace/account=arn>',
      'the role of a Kubernetes service account; may be given again',
      gathered,
      [],
    )
  listed(top, 'credential-process', parts).description('print credentials for credential_process of an AWS config file')
}

interface Parts {
  readonly program: Program
  readonly result: { code: ExitCode }
}

function listed(top: Command, name: 'agent' | 'credential-process', { program, result }: Parts): Command {
  const command = top.command(name).exitOverride().allowExcessArguments(false)
  for (const [flags, says] of proving) command.option(flags, says)
  command.option('--json', 'answer with JSON')
  return command.action(async () => {
    const flags: Flags = command.opts()
    const output = { json: flags['json'] === true, out: process.stdout, err: process.stderr }
    const act = name === 'agent' ? agent : credentialProcess
    result.code = await act(program, askedIn(flags), output)
  })
}

const proving = [
  ['--server <url>', 'the server that gives credentials; after the first start, what it was'],
  ['--ca <file>', 'the certificate to trust, when the server has one of its own (PEM)'],
  ['--state <folder>', 'what the agent remembers: its key, and who it is (.cardea-agent when absent)'],
  ['--region <name>', 'the region, for who is no instance (us-east-1 when absent)'],
  ['--join-token-file <file>', 'join as an instance, with the token of cardea instance register'],
  ['--web-identity-token-file <file>', 'prove itself with a token of an OpenID Connect provider; takes --role'],
  [
    '--certificate <file>',
    'prove itself with a certificate; takes --private-key, --trust-anchor, --profile-arn and --role',
  ],
  ['--private-key <file>', "the certificate's key (PEM)"],
  ['--trust-anchor <arn>', 'the trust anchor that vouches for the certificate'],
  ['--profile-arn <arn>', 'the profile of Roles Anywhere'],
  ['--role <arn>', 'the role to assume with a token or a certificate'],
  ['--session-duration <seconds>', 'how long its credentials last; for tokens and certificates'],
] as const

/** Errors: `Stop` for flags that do not go together, and for values that are none. */
function askedIn(flags: Flags): AgentAsked {
  const given = Object.fromEntries(
    (['server', 'region', 'ca', 'joinTokenFile'] as const).flatMap((name) => {
      const value = name === 'ca' || name === 'joinTokenFile' ? pathIn(flags, name) : textIn(flags, name)
      return value === undefined ? [] : [[name, value]]
    }),
  )
  const proof = proofIn(flags)
  if (proof !== undefined && given['joinTokenFile'] !== undefined)
    throw new Stop(exitCode.usage, '--join-token-file proves an instance; give no other proof beside it.')
  const podRoles = podRolesIn(listIn(flags, 'podRole'))
  return {
    ...given,
    state: textIn(flags, 'state') ?? '.cardea-agent',
    host: textIn(flags, 'host') ?? '127.0.0.1',
    imdsPort: portIn(flags, 'imdsPort', '--imds-port'),
    containerPort: portIn(flags, 'containerPort', '--container-port'),
    version1: flags['allowImdsv1'] === true,
    names: listIn(flags, 'allowHost').map((name) => name.toLowerCase()),
    ...(podRoles.size === 0 ? {} : { podRoles }),
    ...(proof === undefined ? {} : { proof }),
  }
}

function proofIn(flags: Flags): AgentProof | undefined {
  const [file, certificate, role] = [
    pathIn(flags, 'webIdentityTokenFile'),
    pathIn(flags, 'certificate'),
    textIn(flags, 'role'),
  ]
  const seconds = secondsIn(flags)
  if (file === undefined && certificate === undefined) {
    if (role === undefined && seconds === undefined) return undefined
    throw new Stop(exitCode.usage, '--role and --session-duration are for --web-identity-token-file and --certificate.')
  }
  if (file !== undefined && certificate !== undefined)
    throw new Stop(exitCode.usage, 'Give a token or a certificate, not both.')
  const lasting = seconds === undefined ? {} : { seconds }
  const roleArn = needed(role, '--role')
  if (file !== undefined) return { kind: 'token', file, role: roleArn, ...lasting }
  return {
    kind: 'certificate',
    certificate: needed(certificate, '--certificate'),
    privateKey: needed(pathIn(flags, 'privateKey'), '--private-key'),
    trustAnchor: needed(textIn(flags, 'trustAnchor'), '--trust-anchor'),
    profile: needed(textIn(flags, 'profileArn'), '--profile-arn'),
    role: roleArn,
    ...lasting,
  }
}

function needed(value: string | undefined, flag: string): string {
  if (value !== undefined) return value
  throw new Stop(exitCode.usage, `${flag} is missing.`)
}

function podRolesIn(texts: readonly string[]): ReadonlyMap<string, string> {
  return new Map(
    texts.map((text) => {
      const [, account, role] = /^([a-z0-9.-]+\/[a-z0-9.-]+|\*)=(arn:aws:iam::\d{12}:role\/.+)$/.exec(text) ?? []
      if (account === undefined || role === undefined)
        throw new Stop(exitCode.usage, `--pod-role must be namespace/account=ARN, and is ${text.slice(0, 100)}.`)
      return [account, role]
    }),
  )
}

function portIn(flags: Flags, name: string, flag: string): number {
  const text = textIn(flags, name) ?? '0'
  if (!/^\d{1,5}$/.test(text) || Number(text) > 65_535) throw new Stop(exitCode.usage, `${flag} must be a port.`)
  return Number(text)
}

function secondsIn(flags: Flags): number | undefined {
  const text = textIn(flags, 'sessionDuration')
  if (text === undefined) return undefined
  if (!/^\d{1,6}$/.test(text)) throw new Stop(exitCode.usage, '--session-duration must be a number of seconds.')
  return Number(text)
}

function textIn(flags: Flags, name: string): string | undefined {
  const value = flags[name]
  return typeof value === 'string' ? value : undefined
}

/** A path that means the same from wherever the agent is started the next time. */
function pathIn(flags: Flags, name: string): string | undefined {
  const path = textIn(flags, name)
  return path === undefined ? undefined : resolve(path)
}

function listIn(flags: Flags, name: string): readonly string[] {
  const value = flags[name]
  return Array.isArray(value) ? value.map(String) : []
}

function gathered(value: string, before: readonly string[]): readonly string[] {
  return [...before, value]
}
