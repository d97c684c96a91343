import type { Command } from 'commander'
import { addFederation, checkFederation, type FederationOptions, unpinKeys } from '../command/federation.ts'
import { inspectToken } from '../command/token.ts'
import type { Program } from '../program.ts'
import type { Add } from '../run.ts'
import { type FederationKind, federationKinds } from './kind.ts'

const kindFlags: Readonly<Record<FederationKind, readonly (readonly [string, string])[]>> = {
  github: [
    ['--repo <owner/repo>', 'the repository'],
    ['--environment <name>', 'only jobs of this environment'],
    ['--branch <name>', 'only this branch'],
    ['--tag <name>', 'only this tag'],
    ['--pull-request', 'only pull requests'],
    ['--url <issuer>', 'the issuer of a GitHub Enterprise Server'],
  ],
  gitlab: [
    ['--project <group/project>', 'the project'],
    ['--branch <name>', 'only this branch'],
    ['--tag <name>', 'only this tag'],
    ['--url <issuer>', 'a GitLab of your own'],
  ],
  kubernetes: [
    ['--url <issuer>', 'the issuer of the cluster'],
    ['--namespace <name>', 'the namespace of the service account'],
    ['--service-account <name>', 'the service account'],
  ],
  google: [['--subject <sub>', 'the unique id of the account']],
  oidc: [
    ['--url <issuer>', 'the issuer, as tokens carry it'],
    ['--subject <sub>', 'the subject, as tokens carry it; * and ? match as in policies'],
  ],
}

/** Adds the commands about identity providers and their tokens. */
export function addFederations(top: Command, program: Program, add: Add): void {
  const federation = top.command('federation').description('trust in identity providers').exitOverride()
  const adding = federation.command('add').description('let somebody assume a role without keys').exitOverride()
  for (const kind of Object.keys(federationKinds) as FederationKind[]) addKind(adding, kind, { program, add })
  add({
    parent: federation,
    name: 'check',
    says: 'look for trust policies that let in any subject of a provider',
    takes: ['data'],
    act: ({ settings, flags, output }) => checkFederation({ program, settings }, textIn(flags, 'profile'), output),
  }).option('--profile <name>', 'whose credentials')
  add({
    parent: federation,
    name: 'unpin',
    says: 'fetch the keys of a provider again, in place of those that were pinned',
    takes: ['data'],
    act: ({ settings, flags, output }) => {
      const asked = { url: String(flags['url']), profile: textIn(flags, 'profile') }
      return unpinKeys({ program, settings }, asked, output)
    },
  })
    .requiredOption('--url <issuer>', 'the issuer')
    .option('--profile <name>', 'whose credentials tell the account')
  const token = top.command('token').description('tokens of identity providers').exitOverride()
  add({
    parent: token,
    name: 'inspect',
    says: 'say what a role makes of the token on standard input, check by check',
    takes: ['data'],
    act: ({ settings, flags, output }) => {
      const profile = textIn(flags, 'profile')
      const options = { role: String(flags['role']), ...(profile === undefined ? {} : { profile }) }
      return inspectToken({ program, settings }, options, output)
    },
  })
    .requiredOption('--role <name>', 'the name or ARN of the role')
    .option('--profile <name>', 'whose credentials look the name up')
}

function addKind(parent: Command, kind: FederationKind, { program, add }: { program: Program; add: Add }): void {
  const command = add({
    parent,
    name: kind,
    says: `let in ${federationKinds[kind].says}`,
    takes: ['data'],
    act: ({ settings, flags, output }) => addFederation({ program, settings }, optionsIn(kind, flags), output),
  })
  for (const [flags, says] of kindFlags[kind]) command.option(flags, says)
  command
    .requiredOption('--role <name>', 'the role to let them assume; it is made when it is not there')
    .option('--audience <aud>', 'for whom the tokens are; may be given again', gathered, [])
    .option('--attach <policy>', 'a managed policy for the role; may be given again', gathered, [])
    .option('--jwks <file>', 'pin these keys to the provider, and fetch none')
    .option('--profile <name>', 'whose credentials')
}

const texts = [
  'url',
  'subject',
  'repo',
  'project',
  'environment',
  'branch',
  'tag',
  'namespace',
  'serviceAccount',
  'jwks',
  'profile',
] as const

function optionsIn(kind: FederationKind, flags: Readonly<Record<string, unknown>>): FederationOptions {
  const given = texts.flatMap((name) => {
    const value = textIn(flags, name)
    return value === undefined ? [] : [[name, value] as const]
  })
  return {
    kind,
    role: String(flags['role']),
    audience: listIn(flags, 'audience'),
    attach: listIn(flags, 'attach'),
    pullRequest: flags['pullRequest'] === true,
    ...Object.fromEntries(given),
  }
}

function textIn(flags: Readonly<Record<string, unknown>>, name: string): string | undefined {
  const value = flags[name]
  return typeof value === 'string' ? value : undefined
}

function listIn(flags: Readonly<Record<string, unknown>>, name: string): readonly string[] {
  const value = flags[name]
  return Array.isArray(value) ? value.map(String) : []
}

function gathered(value: string, before: readonly string[]): readonly string[] {
  return [...before, value]
}
