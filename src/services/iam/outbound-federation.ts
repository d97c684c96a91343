import type { World } from '../operation.ts'
import { addSigningKey, outboundAlgorithms, outboundSettings } from '../outbound.ts'
import { uuidOf } from '../uuid.ts'
import { iam } from './iam.ts'

export const EnableOutboundWebIdentityFederation = iam('EnableOutboundWebIdentityFederation', {
  resource: () => '*',

  async run(_, world) {
    const { account, tables, random, now, fault } = world
    if (await isEnabled(world))
      throw fault('FeatureEnabled', 'Outbound identity federation is already enabled for your account.')
    const known = await tables.settings.get(account, outboundSettings.issuer)
    const issuer = known ?? uuidOf(random(16))
    await tables.settings.put(account, outboundSettings.issuer, issuer)
    await tables.settings.put(account, outboundSettings.enabled, 'true')
    if (known === undefined)
      for (const algorithm of outboundAlgorithms) await addSigningKey({ account, issuer }, { algorithm, now, tables })
    return { IssuerIdentifier: world.issuerUrl(issuer) }
  },
})

export const GetOutboundWebIdentityFederationInfo = iam('GetOutboundWebIdentityFederationInfo', {
  resource: () => '*',

  async run(_, world) {
    const issuer = await world.tables.settings.get(world.account, outboundSettings.issuer)
    if (issuer === undefined || !(await isEnabled(world))) throw disabled(world)
    return { IssuerIdentifier: world.issuerUrl(issuer), JwtVendingEnabled: true }
  },
})

export const DisableOutboundWebIdentityFederation = iam('DisableOutboundWebIdentityFederation', {
  resource: () => '*',

  async run(_, world) {
    if (!(await world.tables.settings.remove(world.account, outboundSettings.enabled))) throw disabled(world)
    return {}
  },
})

async function isEnabled({ account, tables }: World): Promise<boolean> {
  return (await tables.settings.get(account, outboundSettings.enabled)) === 'true'
}

function disabled(world: World<'FeatureDisabled'>) {
  return world.fault('FeatureDisabled', 'Outbound identity federation is not enabled for your account.')
}
