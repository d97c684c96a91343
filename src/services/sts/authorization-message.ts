import { decodeAuthorizationMessage } from '#access'
import { sts } from './sts.ts'

export const DecodeAuthorizationMessage = sts('DecodeAuthorizationMessage', {
  resource: () => '*',

  async run({ EncodedMessage }, { account, now, store, fault }) {
    const DecodedMessage = decodeAuthorizationMessage(EncodedMessage, { account, now, keys: store.tokenKeys })
    if (DecodedMessage === undefined)
      throw fault('InvalidAuthorizationMessageException', 'The message is not valid, or has expired.')
    return { DecodedMessage }
  },
})
