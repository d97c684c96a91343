import type { Request } from '#engine'

/** A principal element that names the caller, and how many others it names beside it. */
export interface Naming {
  readonly principal: '*' | Readonly<Record<string, string>>
  readonly width: number
}

/** The ways to name a caller in a policy that has principals, the narrowest first. */
export function principalElements({ principal }: Request): readonly Naming[] {
  switch (principal.type) {
    case 'user':
    case 'root':
      return [aws(principal.arn, 1), aws(rootOf(principal.account), 4)]
    case 'assumedRole':
      return [aws(principal.arn, 1), aws(principal.roleArn, 2), aws(rootOf(principal.account), 4)]
    case 'federatedUser':
      return [aws(principal.arn, 1), aws(rootOf(principal.account), 4)]
    case 'service':
      return [{ principal: { Service: principal.service }, width: 1 }]
    case 'webIdentity':
    case 'saml':
      return [{ principal: { Federated: principal.provider }, width: 2 }]
    case 'anonymous':
      return [{ principal: '*', width: 10 }]
  }
}

/** The value of `aws:PrincipalArn`: that of the context, or what it is for such a caller. */
export function principalArn({ principal, context }: Request): string | undefined {
  const given = Object.entries(context).find(([key]) => key.toLowerCase() === 'aws:principalarn')?.[1]
  if (typeof given === 'string') return given
  if (principal.type === 'assumedRole') return principal.roleArn
  return 'arn' in principal ? principal.arn : undefined
}

/** Whether the caller has identity policies of its own. */
export function identityBehind({ principal }: Request): boolean {
  return principal.type === 'user' || principal.type === 'assumedRole' || principal.type === 'federatedUser'
}

function aws(arn: string, width: number): Naming {
  return { principal: { AWS: arn }, width }
}

function rootOf(account: string): string {
  return `arn:aws:iam::${account}:root`
}
