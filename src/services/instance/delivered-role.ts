import { instanceProfileArn, resourcePolicy, roleArn, trustForDecision, vouchedDenial } from '#access'
import { decide, type Request } from '#engine'
import { Fault } from '#protocol'
import type { Instance, InstanceProfile, Role, Store, Tables } from '#store'
import { issueTo } from '../issue.ts'
import { type Entry, instanceArn } from './operation.ts'

/** Where a role is delivered. */
interface Delivering {
  readonly tables: Tables
  readonly store: Store
  readonly entry: Entry
  /** `1.0` or `2.0`. */
  readonly delivery: string
}

/**
 * The role that an instance's profile holds now.
 * Errors: `InstanceProfileNotFound` (404) when the profile or its role is gone; `AssumeRoleUnauthorizedAccess` (403) when the
 * role does not trust EC2. Both are the codes that instance metadata shows.
 */
export async function roleNow(instance: Instance, tables: Tables, entry: Entry) {
  const profile = await tables.instanceProfiles.byId(instance.profileId)
  if (profile === undefined) throw noProfile(instance, 'the instance profile was deleted')
  const role = profile.roleId === undefined ? undefined : await tables.roles.byId(profile.roleId)
  if (role === undefined) throw noProfile(instance, 'the instance profile has no role')
  const arn = roleArn(role.account, role.path, role.name)
  entry.resource = arn
  entry.told = { ...entry.told, roleArn: arn }
  refuseUntrusted(instance, role, entry)
  return { profile, role }
}

/** A role and its profile, as agents are told. */
export function shownRole(role: Role, profile: InstanceProfile) {
  return {
    role: { name: role.name, arn: roleArn(role.account, role.path, role.name), id: role.id },
    profile: { arn: instanceProfileArn(profile.account, profile.path, profile.name), id: profile.id },
  }
}

/** Makes a session of the role that an instance's profile holds now. Errors: those of `roleNow`. */
export async function deliveredRole(instance: Instance, { tables, store, entry, delivery }: Delivering) {
  const { profile, role } = await roleNow(instance, tables, entry)
  const arn = roleArn(role.account, role.path, role.name)
  const credentials = issueTo(
    {
      account: role.account,
      subject: { type: 'assumedRole', roleId: role.id, roleArn: arn, sessionName: instance.id },
      tags: [],
      transitiveTagKeys: [],
      chained: false,
      keys: sessionKeys(instance, delivery),
    },
    { seconds: instance.sessionSeconds, now: entry.at, store, by: instanceArn(instance) },
  )
  return { ...shownRole(role, profile), credentials }
}

/** What conditions may ask of credentials that an instance was given. */
function sessionKeys(instance: Instance, delivery: string): Readonly<Record<string, string>> {
  const address = instance.agent?.address ?? ''
  return {
    'ec2:RoleDelivery': delivery,
    'ec2:SourceInstanceArn': instanceArn(instance),
    ...(/^\d+\.\d+\.\d+\.\d+$/.test(address) ? { 'aws:Ec2InstanceSourcePrivateIPv4': address } : {}),
  }
}

/** Asks the role's trust policy whether EC2 may assume the role. */
function refuseUntrusted(instance: Instance, role: Role, { at }: Entry): void {
  const arn = roleArn(role.account, role.path, role.name)
  const request: Request = {
    principal: { type: 'service', service: 'ec2.amazonaws.com' },
    action: 'sts:AssumeRole',
    resource: arn,
    resourceAccount: role.account,
    context: trustContext(instance, role, at),
  }
  const layers = { resource: resourcePolicy(trustForDecision(role), 'trust') }
  if (decide(request, layers).decision === 'allowed') return
  throw new Fault({
    code: 'AssumeRoleUnauthorizedAccess',
    status: 403,
    message: `EC2 cannot assume the role ${role.name}. Its trust policy has to let ec2.amazonaws.com assume it.`,
    ...detailOf(vouchedDenial(request, layers, true)),
  })
}

function detailOf({ detail }: Fault): { readonly detail?: string } {
  return detail === undefined ? {} : { detail }
}

function trustContext(instance: Instance, role: Role, at: number): Request['context'] {
  const arn = instanceArn(instance)
  const moment = new Date(at).toISOString()
  return {
    'aws:CurrentTime': `${moment.slice(0, 19)}Z`,
    'aws:EpochTime': String(Math.floor(at / 1000)),
    'aws:PrincipalIsAWSService': 'true',
    'aws:PrincipalServiceName': 'ec2.amazonaws.com',
    'aws:PrincipalType': 'AWSService',
    'aws:RequestedRegion': instance.region,
    'aws:ResourceAccount': role.account,
    'aws:SecureTransport': 'true',
    'aws:SourceAccount': instance.account,
    'aws:SourceArn': arn,
    'aws:ViaAWSService': 'false',
    'ec2:SourceInstanceArn': arn,
    'sts:RoleSessionName': instance.id,
    ...Object.fromEntries(role.tags.map(({ key, value }) => [`aws:ResourceTag/${key}`, value])),
    ...Object.fromEntries(role.tags.map(({ key, value }) => [`iam:ResourceTag/${key}`, value])),
  }
}

function noProfile({ profileArn }: Instance, detail: string): Fault {
  const message = `The instance profile ${profileArn}, or its role, is not there any more.`
  return new Fault({ code: 'InstanceProfileNotFound', status: 404, message, detail })
}
