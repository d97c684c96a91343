import { Fault } from '#protocol'
import type { Instance } from '#store'
import { type AgentClaim, agentClaim, isSigned, keptKey } from './agent-key.ts'
import { refuseMoment } from './moment.ts'
import { type Asked, instanceArn } from './operation.ts'

/** An instance whose agent signed a request. */
export interface Proven {
  readonly instance: Instance
  readonly claim: AgentClaim
}

/**
 * Finds the instance whose agent signed.
 * Takes: the operation, as the path names it.
 * Errors: `InvalidInstanceID.NotFound` (404), `InvalidInstanceProof` (403), `RequestExpired` (400).
 */
export async function proven({ entry, store }: Asked, operation: string): Promise<Proven> {
  const { request, at } = entry
  const claim = agentClaim(request)
  if (claim === undefined) throw unproven('there is no signature of an agent')
  const instance = await store.read(({ instances }) => instances.byId(claim.instance))
  if (instance === undefined) throw notThere(claim.instance)
  if (instance.agent === undefined) throw unproven('no agent has joined as the instance')
  const key = keptKey(instance.agent.publicKey)
  if (!isSigned(request, claim, { key, operation })) throw unproven('the signature is not of the key that joined')
  entry.account = instance.account
  entry.region = instance.region
  entry.principal = 'ec2.amazonaws.com'
  entry.told = { roleSessionName: instance.id, instance: instanceArn(instance) }
  refuseMoment(claim.moment, at)
  return { instance, claim }
}

/** The refusal for an instance that is not there any more, or never was. */
export function notThere(id: string): Fault {
  const message = `The instance ID '${id}' does not exist`
  const detail = 'the instance was deregistered, or never registered here'
  return new Fault({ code: 'InvalidInstanceID.NotFound', status: 404, message, detail })
}

function unproven(detail: string): Fault {
  const message = 'The request is not signed by the agent of the instance.'
  return new Fault({ code: 'InvalidInstanceProof', status: 403, message, detail })
}
