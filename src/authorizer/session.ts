import { Fault } from '#protocol'
import { checkMembers, fieldsIn, own, type Shape, textOf } from './input.ts'
import { forwardedIn } from './item.ts'
import type { StagedOperation } from './part.ts'
import { proved } from './proof.ts'
import { permitted, refuseOpen, replicated, signingKeys, Texts, versionOf } from './snapshot.ts'
import type { ReplicatedSession } from './snapshot-form.ts'
import { makeSnapshotKey, sealed } from './snapshot-key.ts'

const members = new Set(['service', 'request', 'nonce'])
const nonceShape: Shape = { pattern: /^[A-Za-z0-9_-]{16,64}$/, wants: '16–64 letters, digits, - and _' }
const serviceShape: Shape = { pattern: /^[a-z][a-z0-9-]{1,62}$/, wants: 'the prefix of a service' }

/**
 * Tells the library of a service who a session is, of which it holds a signed request: session tokens are sealed, and the
 * library cannot open them.
 */
export const GetSession: StagedOperation = {
  event: 'GetSession',
  readOnly: true,
  async stages({ entry, ground, caller, within }) {
    refuseOpen(entry.request)
    const fields = fieldsIn(entry.request.body)
    checkMembers(fields, members, 'The body')
    const nonce = textOf(own(fields, 'nonce'), 'nonce', nonceShape)
    const service = textOf(own(fields, 'service'), 'service', serviceShape)
    const forwarded = forwardedIn(own(fields, 'request'), 'request')
    const registered = await within(async (asked) => {
      await permitted(asked, [service])
      return ground.registry.of(caller.account, asked.tables)
    })
    await makeSnapshotKey(caller.account, ground.store, entry.at)
    const vocabulary = registered.services.get(service)
    if (vocabulary === undefined) throw new Error(`${service} was registered a moment ago`)
    const { caller: found } = await proved(forwarded, { access: ground.access, now: entry.at, vocabulary })
    const { session, accessKeyId, account } = found
    if (session === undefined || accessKeyId === undefined || account !== caller.account) throw noSession()
    return within(async ({ tables }) => {
      const texts = new Texts()
      const version = await versionOf(account, ground, entry.at)
      const layers = texts.layersOf(await ground.access.bearing(found, { tables, open: false }))
      const { expiresAt, secret } = session
      const places = { services: [service], regions: [found.region], at: entry.at }
      const told: ReplicatedSession = {
        ...{ account, version, caller: replicated(found), accessKeyId, expiresAt },
        ...{ texts: texts.all, layers, signing: signingKeys(secret, places) },
      }
      return sealed({ nonce, at: entry.at, version, session: told }, account, tables)
    })
  },
}

function noSession(): Fault {
  const message = 'The request is signed by no session of the account.'
  return new Fault({ code: 'AccessDenied', status: 403, message })
}
