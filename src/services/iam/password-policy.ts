import type { PasswordPolicy } from '#store'
import type { Scope, Touched, World } from '../operation.ts'
import { iam } from './iam.ts'

export const GetAccountPasswordPolicy = iam('GetAccountPasswordPolicy', {
  resource: (_, scope) => grantedToUsers({ arn: '*' }, 'iam:GetAccountPasswordPolicy', scope),

  async run(_, { account, tables, fault }) {
    const policy = await tables.passwordPolicies.of(account)
    if (policy === undefined)
      throw fault('NoSuchEntity', `The Password Policy with domain name ${account} cannot be found.`)
    return { PasswordPolicy: shownPolicy(policy) }
  },
})

export const UpdateAccountPasswordPolicy = iam('UpdateAccountPasswordPolicy', {
  resource: () => '*',

  async run({ MaxPasswordAge, PasswordReusePrevention, HardExpiry, ...asked }, { account, tables }) {
    // QUIRK: what is not given is not kept, but goes back to its default.
    await tables.passwordPolicies.put({
      account,
      minimumLength: asked.MinimumPasswordLength ?? 6,
      requireSymbols: asked.RequireSymbols ?? false,
      requireNumbers: asked.RequireNumbers ?? false,
      requireUppercase: asked.RequireUppercaseCharacters ?? false,
      requireLowercase: asked.RequireLowercaseCharacters ?? false,
      usersMayChange: asked.AllowUsersToChangePassword ?? false,
      ...(MaxPasswordAge === undefined ? {} : { maxAge: MaxPasswordAge }),
      ...(PasswordReusePrevention === undefined ? {} : { reusePrevention: PasswordReusePrevention }),
      ...(HardExpiry === undefined ? {} : { hardExpiry: HardExpiry }),
    })
    return {}
  },
})

export const DeleteAccountPasswordPolicy = iam('DeleteAccountPasswordPolicy', {
  resource: () => '*',

  async run(_, { account, tables, fault }) {
    if (!(await tables.passwordPolicies.remove(account)))
      throw fault('NoSuchEntity', 'The account policy with name PasswordPolicy cannot be found.')
    return {}
  },
})

/**
 * What a user touches for whom the account's policy itself may allow an action: it grants like a policy on the resource, so
 * that an explicit denial still counts.
 * Source: IAM User Guide, "Permit IAM users to change their own passwords".
 */
export async function grantedToUsers(touched: Touched, action: string, scope: Scope): Promise<Touched> {
  const { caller, account, tables } = scope
  if (caller.kind !== 'user' || (await tables.passwordPolicies.of(account))?.usersMayChange !== true) return touched
  const Statement = { Effect: 'Allow', Principal: { AWS: caller.principal.arn }, Action: action, Resource: '*' }
  return { ...touched, policy: { type: 'resource', text: JSON.stringify({ Version: '2012-10-17', Statement }) } }
}

/** Refuses a password that the account's policy does not take. Errors: `PasswordPolicyViolation`. */
export async function checkPassword(password: string, world: World<'PasswordPolicyViolation'>): Promise<void> {
  const policy = await world.tables.passwordPolicies.of(world.account)
  const reasons = policy === undefined ? await againstDefault(password, world) : against(password, policy)
  if (reasons.length > 0) throw world.fault('PasswordPolicyViolation', reasons.join(', '))
}

const classes = {
  uppercase: /[A-Z]/,
  lowercase: /[a-z]/,
  numbers: /[0-9]/,
  symbols: /[!@#$%^&*()_+\-=[\]{}|']/,
} as const

function against(password: string, policy: PasswordPolicy): readonly string[] {
  const lacks = (required: boolean, of: RegExp, what: string) =>
    required && !of.test(password) ? [`Password should have at least one ${what}`] : []
  return [
    ...tooShort(password, policy.minimumLength),
    ...lacks(policy.requireUppercase, classes.uppercase, 'uppercase letter'),
    ...lacks(policy.requireLowercase, classes.lowercase, 'lowercase letter'),
    ...lacks(policy.requireNumbers, classes.numbers, 'number'),
    ...lacks(policy.requireSymbols, classes.symbols, 'symbol'),
  ]
}

/** What AWS asks where the account has no policy: 8 characters of three classes, and not the account's name or e-mail. */
async function againstDefault(password: string, { account, tables }: Scope): Promise<readonly string[]> {
  const { name, email, alias } = (await tables.accounts.byId(account)) ?? {}
  const known = [name, email, alias].map((word) => word?.toLowerCase())
  const present = Object.values(classes).filter((one) => one.test(password)).length
  const weak = present < 3 || known.includes(password.toLowerCase())
  return [...tooShort(password, 8), ...(weak ? ['Password does not conform to the account password policy.'] : [])]
}

function tooShort(password: string, least: number): readonly string[] {
  return password.length < least ? [`Password should have a minimum length of ${least}`] : []
}

function shownPolicy(policy: PasswordPolicy) {
  return {
    MinimumPasswordLength: policy.minimumLength,
    RequireSymbols: policy.requireSymbols,
    RequireNumbers: policy.requireNumbers,
    RequireUppercaseCharacters: policy.requireUppercase,
    RequireLowercaseCharacters: policy.requireLowercase,
    AllowUsersToChangePassword: policy.usersMayChange,
    ExpirePasswords: policy.maxAge !== undefined,
    MaxPasswordAge: policy.maxAge,
    PasswordReusePrevention: policy.reusePrevention,
    HardExpiry: policy.hardExpiry,
  }
}
