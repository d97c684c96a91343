import { randomInt } from 'node:crypto'
import { Fault } from '#protocol'
import type { Account, Group, Store, Tables, User } from '#store'
import { mintId, mintKey } from './mint.ts'
import { operatorRecord } from './operator-record.ts'

export interface NewAccount {
  /** Twelve digits. Absent: random ones. */
  readonly id?: string | undefined
  readonly name: string
  readonly email: string
  /** Whether the root gets an access key. */
  readonly rootKey: boolean
  /** Milliseconds since 1970. */
  readonly now: number
}

export interface CreatedAccount {
  /** Twelve digits. */
  readonly account: string
  readonly administrator: KeyPair & { readonly userName: string }
  readonly rootKey?: KeyPair
}

export interface KeyPair {
  readonly accessKeyId: string
  readonly secretAccessKey: string
}

const administratorAccess = 'arn:aws:iam::aws:policy/AdministratorAccess'

/**
 * Makes an account with its root and an administrator, all or nothing. The secrets are told this once.
 * Errors: `ValidationError` (400) for an id that is not twelve digits; `EntityAlreadyExists` (409) for one that is taken.
 */
export async function createAccount(store: Store, asked: NewAccount): Promise<CreatedAccount> {
  const id = asked.id ?? (await freeId(store))
  if (!/^\d{12}$/.test(id))
    throw new Fault({ code: 'ValidationError', status: 400, message: `The account id ${id} is not twelve digits.` })
  return store.write(id, async (tables) => {
    const account: Account = { id, name: asked.name, email: asked.email, createdAt: asked.now }
    if (!(await tables.accounts.add(account)))
      throw new Fault({ code: 'EntityAlreadyExists', status: 409, message: `The account ${id} exists already.` })
    const administrator = await addAdministrator(account, tables)
    const { name, email, rootKey } = asked
    await tables.audit.append(operatorRecord('CreateAccount', asked.now, { account: id, name, email, rootKey }))
    return {
      account: id,
      administrator,
      ...(rootKey ? { rootKey: await addKey(account, undefined, tables) } : {}),
    }
  })
}

/** Random, not beginning with 0, and not taken when it was looked for. */
async function freeId(store: Store): Promise<string> {
  for (;;) {
    const id = String(randomInt(1, 10)) + String(randomInt(0, 100_000_000_000)).padStart(11, '0')
    if ((await store.read(({ accounts }) => accounts.byId(id))) === undefined) return id
  }
}

async function addAdministrator(account: Account, tables: Tables): Promise<CreatedAccount['administrator']> {
  const common = { account: account.id, path: '/', createdAt: account.createdAt }
  const group: Group = { ...common, id: mintId('AGPA'), name: 'Administrators' }
  const user: User = { ...common, id: mintId('AIDA'), name: 'administrator', tags: [] }
  const added = (await tables.groups.add(group)) && (await tables.users.add(user))
  if (!added) throw new Error('a new account has a group or a user already')
  await tables.attachments.add({
    account: account.id,
    ownerKind: 'group',
    ownerId: group.id,
    policyArn: administratorAccess,
    attachedAt: account.createdAt,
  })
  await tables.memberships.add(account.id, user.id, group.id)
  return { userName: user.name, ...(await addKey(account, user.id, tables)) }
}

async function addKey(account: Account, userId: string | undefined, tables: Tables): Promise<KeyPair> {
  const { id, secret } = mintKey()
  const owner = userId === undefined ? {} : { userId }
  await tables.accessKeys.add({ id, secret, account: account.id, ...owner, active: true, createdAt: account.createdAt })
  return { accessKeyId: id, secretAccessKey: secret }
}
