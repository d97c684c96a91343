import type { World } from '../operation.ts'
import { iam } from './iam.ts'

export const SetSecurityTokenServicePreferences = iam('SetSecurityTokenServicePreferences', {
  resource: () => '*',

  async run({ GlobalEndpointTokenVersion }, { account, tables }) {
    await tables.settings.put(account, setting, GlobalEndpointTokenVersion)
    return {}
  },
})

const setting = 'sts/GlobalEndpointTokenVersion'

/** The version of the session tokens that the account has asked for. */
export async function tokenVersion({ account, tables }: World): Promise<1 | 2> {
  return (await tables.settings.get(account, setting)) === 'v2Token' ? 2 : 1
}
