import { sts } from './sts.ts'

export const GetCallerIdentity = sts('GetCallerIdentity', {
  // Always allowed, even against an explicit deny (rule S-30).
  action: null,
  storeless: true,
  resource: () => '*',

  async run(_input, { caller }) {
    return { UserId: caller.userId, Account: caller.account, Arn: caller.principal.arn }
  },
})
