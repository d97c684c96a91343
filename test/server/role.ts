import { CreateRoleCommand, PutRolePolicyCommand } from '@aws-sdk/client-iam'
import { AssumeRoleCommand, type AssumeRoleCommandInput } from '@aws-sdk/client-sts'
import type { Credentials, FrontDoor } from '../front-door.ts'

/** A role that a test wants. */
export interface Wanted {
  readonly name: string
  readonly path?: string
  /** The principal of its trust policy. */
  readonly trust: Readonly<Record<string, string | readonly string[]>> | '*'
  /** Actions that the trust policy allows. */
  readonly trusted?: readonly string[]
  readonly condition?: object
  readonly tags?: Readonly<Record<string, string>>
  /** Actions that the role may do with everything. */
  readonly may?: readonly string[]
  /** Seconds. */
  readonly longest?: number
}

export function policyOf(...Statement: readonly object[]): string {
  return JSON.stringify({ Version: '2012-10-17', Statement })
}

/** Makes a role. Gives: its ARN. */
export async function makeRole({ iam }: Pick<FrontDoor, 'iam'>, wanted: Wanted): Promise<string> {
  const { name, path, trust, trusted = ['sts:AssumeRole', 'sts:TagSession', 'sts:SetSourceIdentity'] } = wanted
  const Condition = wanted.condition ?? {}
  const { Role } = await iam.send(
    new CreateRoleCommand({
      RoleName: name,
      ...(path === undefined ? {} : { Path: path }),
      AssumeRolePolicyDocument: policyOf({ Effect: 'Allow', Principal: trust, Action: trusted, Condition }),
      ...(wanted.longest === undefined ? {} : { MaxSessionDuration: wanted.longest }),
      Tags: Object.entries(wanted.tags ?? {}).map(([Key, Value]) => ({ Key, Value })),
    }),
  )
  if (wanted.may !== undefined) {
    const PolicyDocument = policyOf({ Effect: 'Allow', Action: wanted.may, Resource: '*' })
    await iam.send(new PutRolePolicyCommand({ RoleName: name, PolicyName: 'may', PolicyDocument }))
  }
  return Role?.Arn ?? ''
}

/** Assumes a role. Gives: the session's credentials. */
export async function assume(
  { sts }: Pick<FrontDoor, 'sts'>,
  RoleArn: string,
  more: Partial<AssumeRoleCommandInput> = {},
): Promise<Credentials> {
  const answer = await sts.send(new AssumeRoleCommand({ RoleArn, RoleSessionName: 'session', ...more }))
  return temporary(answer.Credentials)
}

/** The credentials of an answer, as the SDK takes them. */
export function temporary(
  given:
    | {
        readonly AccessKeyId: string | undefined
        readonly SecretAccessKey: string | undefined
        readonly SessionToken: string | undefined
      }
    | undefined,
): Credentials {
  const { AccessKeyId = '', SecretAccessKey = '', SessionToken = '' } = given ?? {}
  return { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken }
}
