import { exitCode, Stop } from '../stop.ts'

/** What the command line was told of who may come. */
export interface FederationFlags {
  readonly url?: string
  readonly audience: readonly string[]
  readonly subject?: string
  readonly repo?: string
  readonly project?: string
  readonly environment?: string
  readonly branch?: string
  readonly tag?: string
  readonly pullRequest?: boolean
  readonly namespace?: string
  readonly serviceAccount?: string
}

/** Whom a role is to trust. */
export interface Trustee {
  /** The issuer, as it stands in tokens. */
  readonly url: string
  readonly audiences: readonly string[]
  /** `*` and `?` match as in policies. Absent: any subject of the provider. */
  readonly subject?: string
  /** Whether trust policies name it by its host, without a provider in the account. */
  readonly everybodys?: boolean
}

export const federationKinds = {
  github: { says: 'workflows of GitHub Actions', trustee: github },
  gitlab: { says: 'jobs of GitLab CI', trustee: gitlab },
  kubernetes: { says: 'pods with a service account of a Kubernetes cluster', trustee: kubernetes },
  google: { says: 'identities of Google', trustee: google },
  oidc: { says: 'subjects of any other OpenID Connect provider', trustee: generic },
} as const

export type FederationKind = keyof typeof federationKinds

const usualAudience = 'sts.amazonaws.com'

function github(flags: FederationFlags): Trustee {
  const repo = needed(flags, 'repo', { form: /^[\w.*?-]+\/[\w.*?-]+$/, wants: 'OWNER/REPO' })
  const { url = 'https://token.actions.githubusercontent.com', environment, branch, tag, pullRequest } = flags
  const narrowed = [
    // GitHub writes a colon in a name of an environment so.
    ...(environment === undefined ? [] : [`environment:${environment.replaceAll(':', '%3A')}`]),
    ...(branch === undefined ? [] : [`ref:refs/heads/${branch}`]),
    ...(tag === undefined ? [] : [`ref:refs/tags/${tag}`]),
    ...(pullRequest === true ? ['pull_request'] : []),
  ]
  const subject = `repo:${repo}:${only(narrowed, '--environment, --branch, --tag or --pull-request') ?? '*'}`
  return { url, audiences: audiencesOf(flags, usualAudience), subject }
}

function gitlab(flags: FederationFlags): Trustee {
  const project = needed(flags, 'project', { form: /^[\w.*?/-]+\/[\w.*?-]+$/, wants: 'GROUP/PROJECT' })
  const { url = 'https://gitlab.com', branch, tag } = flags
  const narrowed = [
    ...(branch === undefined ? [] : [`ref_type:branch:ref:${branch}`]),
    ...(tag === undefined ? [] : [`ref_type:tag:ref:${tag}`]),
  ]
  const subject = `project_path:${project}:${only(narrowed, '--branch or --tag') ?? '*'}`
  return { url, audiences: audiencesOf(flags, url), subject }
}

function kubernetes(flags: FederationFlags): Trustee {
  const url = needed(flags, 'url', { form: /^https?:\/\/\S+$/, wants: "the cluster's issuer" })
  const namespace = needed(flags, 'namespace', { form: /^[a-z0-9*?-]+$/, wants: 'a namespace' })
  const account = needed(flags, 'serviceAccount', { form: /^[a-z0-9.*?-]+$/, wants: 'a service account' })
  const subject = `system:serviceaccount:${namespace}:${account}`
  return { url, audiences: audiencesOf(flags, usualAudience), subject }
}

function google(flags: FederationFlags): Trustee {
  return { ...generic({ ...flags, url: 'https://accounts.google.com' }), everybodys: true }
}

function generic(flags: FederationFlags): Trustee {
  const url = needed(flags, 'url', { form: /^https?:\/\/\S+$/, wants: 'the issuer' })
  const { audience, subject } = flags
  if (audience.length === 0) throw new Stop(exitCode.usage, 'Say with --audience for whom the tokens are.')
  return { url, audiences: audience, ...(subject === undefined ? {} : { subject }) }
}

function audiencesOf({ audience }: FederationFlags, usual: string): readonly string[] {
  return audience.length === 0 ? [usual] : audience
}

function needed(
  flags: FederationFlags,
  name: 'url' | 'repo' | 'project' | 'namespace' | 'serviceAccount',
  { form, wants }: { readonly form: RegExp; readonly wants: string },
): string {
  const value = flags[name]
  const flag = `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`
  if (value === undefined) throw new Stop(exitCode.usage, `Say with ${flag} who may come: ${wants}.`)
  if (!form.test(value)) throw new Stop(exitCode.usage, `${flag} ${value} is not ${wants}.`)
  return value
}

function only(parts: readonly string[], flags: string): string | undefined {
  if (parts.length > 1) throw new Stop(exitCode.usage, `Give one of ${flags}.`)
  return parts[0]
}

/** A URL without its scheme, as providers and condition keys are named. */
export function hostOf(url: string): string {
  return url.replace(/^https?:\/\//, '')
}

/** The statement of a trust policy that lets the trustee in, and nobody else. Takes: the provider's ARN. */
export function trustStatement({ url, audiences, subject, everybodys }: Trustee, provider: string): object {
  const host = hostOf(url)
  const aud = { [`${host}:aud`]: audiences.length === 1 ? audiences[0] : audiences }
  const sub = subject === undefined ? {} : { [`${host}:sub`]: subject }
  const wild = subject !== undefined && /[*?]/.test(subject)
  return {
    Effect: 'Allow',
    Principal: { Federated: everybodys === true ? host : provider },
    Action: 'sts:AssumeRoleWithWebIdentity',
    Condition: wild ? { StringEquals: aud, StringLike: sub } : { StringEquals: { ...aud, ...sub } },
  }
}
