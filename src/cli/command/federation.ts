import { readFileSync } from 'node:fs'
import { parse } from '#engine'
import {
  type FederationFlags,
  type FederationKind,
  federationKinds,
  hostOf,
  type Trustee,
  trustStatement,
} from '../federation/kind.ts'
import { providersOf, uncheckedSubjects } from '../federation/unchecked.ts'
import { askOperator } from '../operator.ts'
import { readRunFile } from '../place.ts'
import { type Output, remark, say } from '../print.ts'
import type { Program } from '../program.ts'
import type { Settings } from '../setting.ts'
import { type ExitCode, exitCode, Stop } from '../stop.ts'
import { type Api, apiOf, Refusal } from '../transfer/api.ts'
import { type Identity, identities, withServer } from '../transfer/connect.ts'
import { items, member, type Node, text } from '../transfer/json.ts'

export interface FederationOptions extends FederationFlags {
  readonly kind: FederationKind
  /** The role's name. */
  readonly role: string
  /** ARNs of managed policies for the role. */
  readonly attach: readonly string[]
  /** A file with the key set to pin. */
  readonly jwks?: string
  readonly profile?: string
}

/** How the house is reached. */
export interface House {
  readonly program: Program
  readonly settings: Settings
}

/** Makes an account trust an identity provider, and a role let some of its subjects in: by calls of the IAM API. */
export function addFederation(house: House, options: FederationOptions, output: Output): Promise<ExitCode> {
  const trustee = federationKinds[options.kind].trustee(options)
  const keys = options.jwks === undefined ? undefined : keysIn(options.jwks)
  return withIdentity(house, options.profile, async ({ account, connection }) => {
    const api = apiOf('iam', connection)
    try {
      const arn = `arn:aws:iam::${account}:oidc-provider/${hostOf(trustee.url)}`
      if (trustee.everybodys !== true) await ensureProvider(trustee, { api, arn })
      if (keys !== undefined) await pin(house, arn, keys)
      const statement = trustStatement(trustee, arn)
      const role = await ensureTrust(options.role, { api, statement })
      for (const PolicyArn of options.attach) await api.call('AttachRolePolicy', { RoleName: options.role, PolicyArn })
      const warnings = uncheckedSubjects(role.trust).map(({ statement: at, warning }) => `statement ${at}: ${warning}`)
      for (const warning of warnings) remark(output, `Warning: ${role.arn}: ${warning}.`)
      if (trustee.subject?.endsWith(':*'))
        remark(output, `Warning: ${trustee.subject} is every branch, tag and environment. Narrow it.`)
      const made = { ...(trustee.everybodys === true ? {} : { provider: arn }), role: role.arn, statement, warnings }
      say(output, made, () => shownTrust(made, trustee))
      return exitCode.done
    } catch (cause) {
      if (cause instanceof Refusal) throw new Stop(exitCode.failed, `${cause.code}: ${cause.message}`, cause)
      throw cause
    }
  })
}

/** Takes the pinned keys of a provider away: its own are fetched again. */
export function unpinKeys(
  house: House,
  { url, profile }: { readonly url: string; readonly profile: string | undefined },
  output: Output,
): Promise<ExitCode> {
  return withIdentity(house, profile, async ({ account }) => {
    const provider = `arn:aws:iam::${account}:oidc-provider/${hostOf(url)}`
    await pin(house, provider, null)
    say(output, { provider, pinned: false }, () => `The keys of ${provider} are fetched from it.`)
    return exitCode.done
  })
}

/** Looks through the trust policies of an account. Gives: `failed` when one lets in any subject of a provider. */
export function checkFederation(house: House, profile: string | undefined, output: Output): Promise<ExitCode> {
  return withIdentity(house, profile, async ({ connection }) => {
    const found: {
      readonly role: string
      readonly providers: readonly string[]
      readonly warnings: readonly string[]
    }[] = []
    for (const role of await allRoles(apiOf('iam', connection))) {
      const trust = documentOf(role)
      const { policy } = parse(trust, 'trust')
      const providers = [...new Set((policy?.statements ?? []).flatMap(providersOf))]
      const warnings = uncheckedSubjects(trust).map(({ statement, warning }) => `statement ${statement}: ${warning}`)
      if (providers.length > 0) found.push({ role: text(member(role, 'Arn')), providers, warnings })
    }
    say(output, { roles: found }, () =>
      found.length === 0
        ? 'No role trusts an OpenID Connect provider.'
        : found
            .map(({ role, providers, warnings }) =>
              [
                `${warnings.length === 0 ? 'ok  ' : 'WIDE'} ${role} trusts ${providers.join(', ')}`,
                ...warnings.map((one) => `     ${one}`),
              ].join('\n'),
            )
            .join('\n'),
    )
    return found.every(({ warnings }) => warnings.length === 0) ? exitCode.done : exitCode.failed
  })
}

/** Works as the named profile; without a name, as whoever the shell is connected as, or the first profile. */
export function withIdentity(
  { program, settings }: House,
  profile: string | undefined,
  work: (identity: Identity) => Promise<ExitCode>,
): Promise<ExitCode> {
  return withServer(program, settings, async (server) => {
    for await (const identity of identities(server, profile === undefined ? [] : [profile])) return work(identity)
    throw new Stop(
      exitCode.failed,
      'There are no keys that the server accepts. Connect with cardea env, or give --profile.',
    )
  })
}

function keysIn(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch (cause) {
    throw new Stop(exitCode.usage, `The key set ${file} cannot be read: ${(cause as Error).message}`, cause)
  }
}

async function pin({ settings }: House, provider: string, keys: unknown): Promise<void> {
  const running = readRunFile(settings.data)
  if (running === undefined)
    throw new Stop(exitCode.server, `Keys are pinned by the server that runs on ${settings.data}, and none does.`)
  await askOperator(running, { method: 'POST', name: 'oidc-keys', body: { provider, keys } })
}

async function ensureProvider({ url, audiences }: Trustee, { api, arn }: { api: Api; arn: string }): Promise<void> {
  try {
    await api.call('CreateOpenIDConnectProvider', { Url: url, ClientIDList: audiences })
  } catch (cause) {
    if (!(cause instanceof Refusal) || cause.code !== 'EntityAlreadyExists') throw cause
    for (const ClientID of audiences)
      await api.call('AddClientIDToOpenIDConnectProvider', { OpenIDConnectProviderArn: arn, ClientID })
  }
}

/** Makes the role, or adds the statement to the trust policy of the one that is there. */
async function ensureTrust(name: string, { api, statement }: { api: Api; statement: object }) {
  const present = await roleNamed(name, api)
  if (present === undefined) {
    const trust = JSON.stringify({ Version: '2012-10-17', Statement: [statement] })
    const answer = await api.call('CreateRole', { RoleName: name, AssumeRolePolicyDocument: trust })
    return { arn: text(member(member({ value: answer, at: 'CreateRole' }, 'Role'), 'Arn')), trust }
  }
  const arn = text(member(present, 'Arn'))
  const before: { readonly Statement?: unknown } = JSON.parse(documentOf(present))
  const statements: readonly unknown[] = [before.Statement].flat()
  const same = statements.some((one) => JSON.stringify(one) === JSON.stringify(statement))
  const trust = JSON.stringify(same ? before : { ...before, Statement: [...statements, statement] })
  if (!same) await api.call('UpdateAssumeRolePolicy', { RoleName: name, PolicyDocument: trust })
  return { arn, trust }
}

/** Gives: `undefined` when there is no such role. */
export async function roleNamed(RoleName: string, api: Api): Promise<Node | undefined> {
  try {
    return member({ value: await api.call('GetRole', { RoleName }), at: 'GetRole' }, 'Role')
  } catch (cause) {
    if (cause instanceof Refusal && cause.code === 'NoSuchEntity') return undefined
    throw cause
  }
}

async function allRoles(api: Api): Promise<readonly Node[]> {
  const roles: Node[] = []
  for (let Marker: string | undefined, more = true; more; ) {
    const answer = { value: await api.call('ListRoles', { Marker, MaxItems: 1000 }), at: 'ListRoles' }
    roles.push(...items(member(answer, 'Roles')))
    Marker = member(answer, 'Marker').value as string | undefined
    more = Marker !== undefined
  }
  return roles
}

/** The trust policy of a role, which answers carry percent-encoded. */
function documentOf(role: Node): string {
  const { value } = member(role, 'AssumeRolePolicyDocument')
  return typeof value === 'string' ? decodeURIComponent(value) : JSON.stringify(value)
}

function shownTrust(
  { role, provider, statement }: { role: string; provider?: string; statement: object },
  { url }: Trustee,
): string {
  return [
    `Provider  ${provider ?? hostOf(url)}`,
    `Role      ${role}`,
    `Trusts    ${JSON.stringify(statement, undefined, 2).replaceAll('\n', '\n          ')}`,
  ].join('\n')
}
