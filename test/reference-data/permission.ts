import { type AccountCaller, createAccess } from '#access'
import type { Context } from '#engine'
import { Fault } from '#protocol'
import type { Operation, Scope, Touched, World } from '#services'
import type { Store } from '#store'
import { account } from './sample.ts'

/** A permission that an operation asks for. */
export interface Permission {
  readonly action: string
  readonly touched: readonly Touched[]
  /** What the operation itself adds to the context. */
  readonly context: Context
}

const now = Date.UTC(2026, 0, 15, 12)
const common = { account, accessKeyId: 'AKIAIOSFODNN7SAMPLE1', tags: [], region: 'us-east-1' }
const iam = `arn:aws:iam::${account}`

/** One caller of each kind that has an account. */
export const callers: readonly AccountCaller[] = [
  {
    ...common,
    kind: 'user',
    principal: { type: 'user', account, arn: `${iam}:user/team/ada` },
    userId: 'AIDASAMPLE00000000001',
    entityId: 'AIDASAMPLE00000000001',
    name: 'ada',
  },
  {
    ...common,
    kind: 'assumedRole',
    principal: {
      type: 'assumedRole',
      account,
      arn: `arn:aws:sts::${account}:assumed-role/deployer/session`,
      roleArn: `${iam}:role/team/deployer`,
    },
    userId: 'AROASAMPLE00000000001:session',
    entityId: 'AROASAMPLE00000000001',
    name: 'deployer',
  },
  {
    ...common,
    kind: 'federatedUser',
    principal: {
      type: 'federatedUser',
      account,
      arn: `arn:aws:sts::${account}:federated-user/guest`,
      userArn: `${iam}:user/team/ada`,
    },
    userId: `${account}:guest`,
    entityId: 'AIDASAMPLE00000000001',
    name: 'guest',
  },
  {
    ...common,
    kind: 'root',
    principal: { type: 'root', account, arn: `${iam}:root` },
    userId: account,
    name: 'root',
  },
]

/** A call as it is tried: who calls what with what, and in which store. */
export interface Trial {
  readonly operation: Operation
  readonly input: object
  readonly caller: AccountCaller
  readonly store: Store
}

/** Gives: every permission that a call asks for, those of its run included. Nothing that it writes is kept. */
export async function permissionsOf({ operation, input, caller, store }: Trial): Promise<readonly Permission[]> {
  const asked: Permission[] = []
  const undone = new Error('undone')
  const access = createAccess({ store })
  await store
    .write(account, async (tables) => {
      const roleAt = (arn: string) => access.roleAt(arn, { tables, open: true })
      const scope = { caller, account, tables, roleAt }
      if (operation.action !== undefined) {
        const touched = await operation.resource(input, scope)
        asked.push({ action: operation.action, touched, context: await operation.context(input, scope) })
      }
      await run(operation, input, worldOf(scope, { store, asked }))
      throw undone
    })
    .catch((error: unknown) => {
      if (error !== undone) throw error
    })
  return asked
}

/** A sample may be refused: what it asks for before that counts. */
async function run(operation: Operation, input: object, world: World): Promise<void> {
  try {
    await operation.run(input, world)
  } catch (error) {
    if (!(error instanceof Fault)) throw new Error(`${operation.service}:${operation.name} broke`, { cause: error })
  }
}

function worldOf(scope: Scope, { store, asked }: { readonly store: Store; readonly asked: Permission[] }): World {
  return {
    ...scope,
    store,
    issuers: { isLocal: () => false },
    issuerUrl: (issuer) => `https://${issuer}.example.com`,
    now,
    quotas: {},
    requestId: '00000000-0000-4000-8000-000000000000',
    mint: (prefix) => `${prefix}MINTED00000000001`,
    random: (bytes) => new Uint8Array(bytes).fill(7),
    fault: (code, message) => new Fault({ code, status: 400, message }),
    async permit(action, resource, context = {}) {
      asked.push({ action, touched: [typeof resource === 'string' ? { arn: resource } : resource], context })
    },
  }
}
