import { Fault, type HttpRequest } from '#protocol'
import type { Instance, Store, Tables } from '#store'
import { type AgentClaim, agentClaim, isSigned, keptKey } from './agent-key.ts'
import { deliveredRole } from './delivered-role.ts'
import { signedIdentity } from './identity.ts'
import { checkMembers, optionalTextIn, type Shape } from './input.ts'
import { refuseMoment, replayed } from './moment.ts'
import { type Asked, type InstanceOperation, instanceArn } from './operation.ts'
import { auditRecord } from './record.ts'

/** How the agent hands the credentials on: by version 1 or 2 of instance metadata. */
const delivery: Shape = { pattern: /^[12]\.0$/, wants: '1.0 or 2.0' }

/** Gives the agent of an instance a session of the role that the instance was given, as EC2 does. */
export const DeliverCredentials: InstanceOperation = {
  event: 'AssumeRole',
  source: 'sts.amazonaws.com',
  readOnly: false,
  async run(asked) {
    const { entry, input, store } = asked
    checkMembers(input, ['delivery'])
    const by = optionalTextIn(input, 'delivery', delivery) ?? '2.0'
    const claim = agentClaim(entry.request)
    if (claim === undefined) throw unproven('there is no signature of an agent')
    const instance = await proven(entry.request, claim, store)
    entry.account = instance.account
    entry.region = instance.region
    entry.principal = 'ec2.amazonaws.com'
    entry.told = { roleSessionName: instance.id, instance: instanceArn(instance) }
    refuseMoment(claim.moment, entry.at)
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
  await tables.audit.append(auditRecord(entry))
  return {
    instance: { ...described(instance) },
    profile,
    role,
    credentials,
    identity: await signedIdentity(instance, tables),
  }
}

function described({ id, account, region, name, tags, createdAt, sessionSeconds }: Instance): object {
  return { id, account, region, tags, createdAt, sessionSeconds, ...(name === undefined ? {} : { name }) }
}

/** The instance whose agent signed. Errors: `InvalidInstanceID.NotFound` (404), `InvalidInstanceProof` (403). */
async function proven(request: HttpRequest, claim: AgentClaim, store: Store): Promise<Instance> {
  const instance = await store.read(({ instances }) => instances.byId(claim.instance))
  if (instance === undefined) throw notThere(claim.instance)
  if (instance.agent === undefined) throw unproven('no agent has joined as the instance')
  const key = keptKey(instance.agent.publicKey)
  if (!isSigned(request, claim, { key, operation: 'credentials' }))
    throw unproven('the signature is not of the key that joined')
  return instance
}

function notThere(id: string): Fault {
  const message = `The instance ID '${id}' does not exist`
  const detail = 'the instance was deregistered, or never registered here'
  return new Fault({ code: 'InvalidInstanceID.NotFound', status: 404, message, detail })
}

function unproven(detail: string): Fault {
  const message = 'The request is not signed by the agent of the instance.'
  return new Fault({ code: 'InvalidInstanceProof', status: 403, message, detail })
}
