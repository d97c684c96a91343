import { assumedRoleArn } from '#access'
import type { Instance, Tables } from '#store'
import type { AgentClaim } from './agent-key.ts'
import { deliveredRole, roleNow, shownRole } from './delivered-role.ts'
import { signedIdentity } from './identity.ts'
import { checkMembers, optionalTextIn, type Shape } from './input.ts'
import { replayed } from './moment.ts'
import type { Asked, InstanceOperation } from './operation.ts'
import { notThere, proven } from './proven.ts'
import { auditRecord } from './record.ts'

/** How the agent hands the credentials on: by version 1 or 2 of instance metadata. */
const delivery: Shape = { pattern: /^[12]\.0$/, wants: '1.0 or 2.0' }

/** Gives the agent of an instance a session of the role that the instance was given, as EC2 does. */
export const DeliverCredentials: InstanceOperation = {
  event: 'AssumeRole',
  source: 'sts.amazonaws.com',
  readOnly: false,
  async run(asked) {
    const { input, store } = asked
    checkMembers(input, ['delivery'])
    const by = optionalTextIn(input, 'delivery', delivery) ?? '2.0'
    const { instance, claim } = await proven(asked, 'credentials')
    return store.write(instance.account, (tables) => given({ asked, claim, tables, delivery: by }))
  },
}

async function given(giving: {
  readonly asked: Asked
  readonly claim: AgentClaim
  readonly tables: Tables
  readonly delivery: string
}): Promise<object> {
  const { asked, claim, tables } = giving
  const { entry, store } = asked
  const instance = await tables.instances.byId(claim.instance)
  const agent = instance?.agent
  if (instance === undefined || agent === undefined) throw notThere(claim.instance)
  if (claim.moment <= agent.moment) throw replayed(claim.moment, agent.moment)
  const { role, profile, credentials } = await deliveredRole(instance, { ...giving, store, entry })
  const moved = { ...instance, agent: { ...agent, moment: claim.moment, sessionId: credentials.AccessKeyId } }
  await tables.instances.update(moved)
  // As CloudTrail tells of AssumeRole, so that a key leads to the instance.
  entry.given = {
    credentials: { accessKeyId: credentials.AccessKeyId, expiration: credentials.Expiration.toISOString() },
    assumedRoleUser: { arn: assumedRoleArn(instance.account, role.name, instance.id) },
  }
  await tables.audit.append(auditRecord(entry))
  return {
    instance: { ...described(instance) },
    profile,
    role,
    credentials,
    identity: await signedIdentity(instance, tables),
  }
}

/** Tells the agent of an instance which role it would be given, so that it hears of changes before its credentials end. */
export const TellInstance: InstanceOperation = {
  event: 'TellInstance',
  source: 'cardea.amazonaws.com',
  readOnly: true,
  // Every agent asks every few minutes.
  quiet: true,
  async run(asked) {
    checkMembers(asked.input, [])
    const { instance } = await proven(asked, 'status')
    const { role, profile } = await asked.store.read((tables) => roleNow(instance, tables, asked.entry))
    return { instance: described(instance), ...shownRole(role, profile) }
  },
}

function described({ id, account, region, name, tags, createdAt, sessionSeconds }: Instance): object {
  return { id, account, region, tags, createdAt, sessionSeconds, ...(name === undefined ? {} : { name }) }
}
