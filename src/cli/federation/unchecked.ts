import { actionMatches, parse, type Statement } from '#engine'

/** A statement of a trust policy that lets in more of a provider's subjects than anybody means. */
export interface Unchecked {
  /** Counted from 1. */
  readonly statement: number
  /** The provider's URL without its scheme. */
  readonly provider: string
  readonly warning: string
}

/**
 * Finds where a trust policy lets in any subject of an OpenID Connect provider.
 * Gives: nothing for a policy that cannot be read: it lets nobody in.
 */
export function uncheckedSubjects(trustPolicy: string): readonly Unchecked[] {
  const { policy } = parse(trustPolicy, 'trust')
  return (policy?.statements ?? []).flatMap((statement, index) =>
    providersOf(statement).flatMap((provider) => {
      const warning = warningFor(statement, provider)
      return warning === undefined ? [] : [{ statement: index + 1, provider, warning }]
    }),
  )
}

const everybodys = new Set(['accounts.google.com', 'cognito-identity.amazonaws.com'])

/** What stands for the provider of a statement that lets in everybody. */
const everyProvider = 'every provider of the account'

/** The OpenID Connect providers whose subjects a statement lets in. */
export function providersOf({ effect, principal, action }: Statement): readonly string[] {
  if (effect !== 'Allow' || principal === undefined || principal.not) return []
  const named = action.patterns.some((pattern) => actionMatches(pattern, 'sts:AssumeRoleWithWebIdentity'))
  if (named === action.not) return []
  return principal.entries.flatMap(({ kind, value }) => {
    if (kind === '*' || (kind === 'AWS' && value === '*')) return [everyProvider]
    if (kind !== 'Federated') return []
    const name = /^arn:[^:]*:iam::\d{12}:oidc-provider\/(.+)$/.exec(value)?.[1]
    return name === undefined ? (everybodys.has(value) ? [value] : []) : [name]
  })
}

/** Operators that hold a key to values, and fail when it is absent. */
const holding = /^(?:ForAnyValue:)?String(?:Equals|EqualsIgnoreCase|Like)$/

function warningFor({ conditions }: Statement, provider: string): string | undefined {
  const ofAny = provider === everyProvider
  const checks = conditions.filter(
    ({ key, operator }) =>
      holding.test(operator) && (ofAny ? /:sub$/i.test(key) : key.toLowerCase() === `${provider}:sub`.toLowerCase()),
  )
  if (
    checks.every(({ key, values }) => values.some((value) => isWide(value, key.slice(0, -':sub'.length).toLowerCase())))
  )
    return ofAny
      ? 'nothing checks a subject, so any subject of every provider is let in'
      : saysOf(provider, checks.length)
  return undefined
}

function saysOf(provider: string, checks: number): string {
  return checks === 0
    ? `nothing checks ${provider}:sub, so any subject of the provider is let in`
    : `the check of ${provider}:sub lets in subjects of anybody`
}

/** Whether a pattern names nobody in particular. */
function isWide(value: string, provider: string): boolean {
  if (/^[*?]*$/.test(value)) return true
  // On these hosts anybody can have a repository; the owner comes first.
  const owner = /^(?:repo|project_path):([^/]*)/.exec(value)?.[1]
  if (provider === 'token.actions.githubusercontent.com' || provider === 'gitlab.com')
    return owner === undefined || /[*?]/.test(owner)
  return false
}
