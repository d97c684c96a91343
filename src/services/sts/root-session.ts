import { rootArn } from '#access'
import type { World } from '../operation.ts'
import { sts } from './sts.ts'

/** The policies to one of which a session of a root is limited. */
const tasks = [
  'IAMAuditRootUserCredentials',
  'IAMCreateRootUserPassword',
  'IAMDeleteRootUserCredentials',
  'S3UnlockBucketPolicy',
  'SQSUnlockQueuePolicy',
].map((name) => `arn:aws:iam::aws:policy/root-task/${name}`)

// No account here belongs to an organization, as long as there is no service that makes one; so no account is another's
// management account, and sessions of roots are enabled nowhere.

export const AssumeRoot = sts('AssumeRoot', {
  writes: false,
  // Whose account it is is no matter of policies: only the caller's side decides.
  resource: ({ TargetPrincipal }) => {
    const account = accountOf(TargetPrincipal)
    return account === undefined ? '*' : rootArn(account)
  },
  context: ({ TaskPolicyArn }) => ({ 'sts:TaskPolicyArn': TaskPolicyArn.arn }),

  async run({ TargetPrincipal, TaskPolicyArn }, world) {
    const account = accountOf(TargetPrincipal)
    if (account === undefined)
      throw world.fault('ValidationError', `${TargetPrincipal} is neither an account nor the ARN of its root user.`)
    if (!tasks.includes(TaskPolicyArn.arn ?? ''))
      throw world.fault('ValidationError', `The task policy must be one of ${tasks.join(', ')}.`)
    throw refusal(account, world)
  },
})

/** Takes: an account, or the ARN of its root user. */
function accountOf(target: string): string | undefined {
  const [, id, owner] = /^(?:(\d{12})|arn:aws:iam::(\d{12}):root)$/.exec(target) ?? []
  return id ?? owner
}

function refusal(account: string, { caller, fault }: World) {
  const { arn } = caller.principal
  return fault(
    'AccessDenied',
    `User: ${arn} is not authorized to perform: sts:AssumeRoot on resource: ${rootArn(account)}`,
  )
}
