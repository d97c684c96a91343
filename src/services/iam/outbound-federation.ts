import type { World } from '../operation.ts'
import { iam } from './iam.ts'
import { uuidOf } from './uuid.ts'

export const EnableOutboundWebIdentityFederation = iam('EnableOutboundWebIdentityFederation', {
  resource: () => '*',

  async run(_, world) {
    const { account, tables, random, fault } = world
    if (await isEnabled(world))
      throw fault('FeatureEnabled', 'Outbound identity federation is already enabled for your account.')
    const known = await tables.settings.get(account, issuer)
    const IssuerIdentifier = known ?? `https://${uuidOf(random(16))}.tokens.sts.global.api.aws`
    await tables.settings.put(account, issuer, IssuerIdentifier)
    await tables.settings.put(account, enabled, 'true')
    return { IssuerIdentifier }
  },
})

export const GetOutboundWebIdentityFederationInfo = iam('GetOutboundWebIdentityFederationInfo', {
  resource: () => '*',

  async run(_, world) {
    if (!(await isEnabled(world))) throw disabled(world)
    return { IssuerIdentifier: await world.tables.settings.get(world.account, issuer), JwtVendingEnabled: true }
  },
})

export const DisableOutboundWebIdentityFederation = iam('DisableOutboundWebIdentityFederation', {
  resource: () => '*',

  async run(_, world) {
    if (!(await world.tables.settings.remove(world.account, enabled))) throw disabled(world)
    return {}
  },
})

/** The issuer's URL stays the account's when the feature is disabled. */
const issuer = 'outboundFederation/Issuer'
const enabled = 'outboundFederation/Enabled'

async function isEnabled({ account, tables }: World): Promise<boolean> {
  return (await tables.settings.get(account, enabled)) === 'true'
}

function disabled(world: World<'FeatureDisabled'>) {
  return world.fault('FeatureDisabled', 'Outbound identity federation is not enabled for your account.')
}
