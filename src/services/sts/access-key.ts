import { readAccountOf } from './credential.ts'
import { sts } from './sts.ts'

export const GetAccessKeyInfo = sts('GetAccessKeyInfo', {
  resource: () => '*',

  async run({ AccessKeyId }, { tables, fault }) {
    const account = AccessKeyId.startsWith('ASIA')
      ? readAccountOf(AccessKeyId)
      : (await tables.accessKeys.byId(AccessKeyId))?.account
    if (account === undefined) throw fault('ValidationError', `${AccessKeyId} is not a valid access key id.`)
    return { Account: account }
  },
})
