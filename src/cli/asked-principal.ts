import { exitCode, Stop } from './stop.ts'

/** A principal of a question, as `--as` names it. */
export type AskedPrincipal = Readonly<Record<string, string>>

/**
 * Reads who asks: an ARN, a service, or `anonymous`.
 * Takes: for a session, the ARN of its role (or of the user who asked for it), where it cannot be told from the session.
 * Errors: `Stop` when it is none of these.
 */
export function principalNamed(name: string, behind: string | undefined): AskedPrincipal {
  if (name === 'anonymous') return { type: 'anonymous' }
  if (/^[a-z0-9.-]+\.amazonaws\.com(?:\.cn)?$/.test(name)) return { type: 'service', service: name }
  const [arn, partition, service, , account = '', resource = ''] = splitArn(name)
  if (arn !== 'arn' || !/^\d{12}$/.test(account)) throw notPrincipal(name)
  const [kind = '', ...rest] = resource.split('/')
  switch (`${service}:${kind}`) {
    case 'iam:root':
      return { type: 'root', arn: name, account }
    case 'iam:user':
      return { type: 'user', arn: name, account }
    case 'iam:oidc-provider':
      return { type: 'webIdentity', provider: name }
    case 'iam:saml-provider':
      return { type: 'saml', provider: name }
    case 'sts:assumed-role':
      return {
        type: 'assumedRole',
        arn: name,
        account,
        roleArn: behind ?? `arn:${partition}:iam::${account}:role/${rest[0]}`,
      }
    case 'sts:federated-user':
      if (behind !== undefined) return { type: 'federatedUser', arn: name, account, userArn: behind }
      throw new Stop(exitCode.usage, 'Say with --behind which user asked for the federated session.')
    default:
      throw notPrincipal(name)
  }
}

const principalTypes: Readonly<Record<string, string>> = {
  user: 'User',
  assumedRole: 'AssumedRole',
  federatedUser: 'FederatedUser',
  root: 'Account',
}

/** The condition keys whose values the name of a principal says. Takes: a principal as `principalNamed` gives it. */
export function keysOf(principal: AskedPrincipal): Readonly<Record<string, string>> {
  const { type = '', arn = '', account = '', roleArn = arn } = principal
  const principalType = principalTypes[type]
  if (principalType === undefined) return {}
  return {
    'aws:PrincipalArn': roleArn,
    'aws:PrincipalAccount': account,
    'aws:PrincipalType': principalType,
    ...(type === 'user' ? { 'aws:username': arn.split('/').at(-1) ?? '' } : {}),
    ...(type === 'root' ? { 'aws:userid': account } : {}),
  }
}

function splitArn(text: string): readonly string[] {
  const parts = text.split(':')
  return [...parts.slice(0, 5), parts.slice(5).join(':')]
}

function notPrincipal(name: string): Stop {
  return new Stop(
    exitCode.usage,
    `${name} is no principal. Give the ARN of a user, session, root or provider, a service such as ec2.amazonaws.com, or anonymous.`,
  )
}
