import { Fault } from '#protocol'
import type { Instance } from '#store'
import { agentClaim, isSigned, publicKeyIn } from './agent-key.ts'
import { makeIdentityKey } from './identity.ts'
import { checkMembers } from './input.ts'
import { isToken, joinTokenForm } from './join-token.ts'
import { refuseMoment, replayed } from './moment.ts'
import { type Asked, type InstanceOperation, instanceArn } from './operation.ts'
import { auditRecord } from './record.ts'
import { shown } from './show.ts'

/** Binds the key of an agent to the instance whose token it shows. */
export const JoinInstance: InstanceOperation = {
  event: 'JoinInstance',
  source: 'cardea.amazonaws.com',
  readOnly: false,
  async run(asked) {
    const { entry, input, store } = asked
    checkMembers(input, ['token', 'publicKey'])
    const { text, key } = publicKeyIn(input.get('publicKey'))
    const token = tokenIn(input.get('token'))
    const claim = agentClaim(entry.request)
    if (claim?.instance !== token.instance || !isSigned(entry.request, claim, { key, operation: 'join' }))
      throw refused('the request is not signed with the key that it brings')
    refuseMoment(claim.moment, entry.at)
    const found = await store.read(({ instances }) => instances.byId(token.instance))
    if (found === undefined) throw refused(`there is no instance ${token.instance}`)
    await makeIdentityKey(found.account, { store, now: entry.at })
    return store.write(found.account, async (tables) => {
      const instance = await tables.instances.byId(token.instance)
      if (instance === undefined) throw refused(`there is no instance ${token.instance}`)
      checkToken({ token: token.text, publicKey: text, moment: claim.moment }, instance, entry.at)
      note(asked, instance)
      const join = instance.join && { ...instance.join, usedAt: instance.join.usedAt ?? entry.at }
      const agent = { publicKey: text, joinedAt: entry.at, address: entry.request.remoteAddress, moment: claim.moment }
      const joined = { ...instance, agent, ...(join === undefined ? {} : { join }) }
      await tables.instances.update(joined)
      await tables.audit.append(auditRecord(entry))
      return { instance: shown(joined), account: instance.account }
    })
  },
}

interface Shown {
  readonly token: string
  readonly publicKey: string
  readonly moment: number
}

function tokenIn(value: unknown): { readonly text: string; readonly instance: string } {
  const [text, instance] = (typeof value === 'string' && joinTokenForm.exec(value)) || []
  if (text === undefined || instance === undefined) throw refused('the token is not of the form of one')
  return { text, instance }
}

/** INVARIANT: a token makes one key known, and no other; the same agent may ask again when it did not hear the answer. */
function checkToken({ token, publicKey, moment }: Shown, { join, agent }: Instance, at: number): void {
  if (join === undefined || !isToken(token, join)) throw refused('the token is not the newest one of the instance')
  if (at >= join.expiresAt) throw refused('the token has expired')
  const same = agent?.publicKey === publicKey
  if (join.usedAt !== undefined && !same) throw refused('the token was used before')
  // INVARIANT: the moments of a key only rise, so that neither this request nor one after it is taken twice.
  if (same && moment <= agent.moment) throw replayed(moment, agent.moment)
}

function note({ entry }: Asked, instance: Instance): void {
  entry.account = instance.account
  entry.region = instance.region
  entry.principal = instanceArn(instance)
  entry.resource = instanceArn(instance)
  entry.told = { instance: instance.id }
}

/** The caller hears one sentence, whatever was wrong. */
function refused(detail: string): Fault {
  const message = 'The join token is not valid.'
  return new Fault({ code: 'InvalidJoinToken', status: 403, message, detail })
}
