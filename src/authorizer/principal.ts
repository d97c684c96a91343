import {
  type AccountCaller,
  nobody,
  readEntityArn,
  rootSubject,
  type Session,
  sessionSubject,
  userSubject,
} from '#access'
import type { Store, Tables, Tag } from '#store'

/** Somebody of an account whom a caller speaks for. */
export interface Spoken {
  readonly caller: AccountCaller
  /** What the permission to speak for it is asked on: the ARN of the user, of the role of a session, or of the root. */
  readonly entity: string
  readonly tags: readonly Tag[]
}

interface Known {
  readonly revision: number
  readonly spoken: Spoken
}

const most = 20_000

/**
 * Finds whom an ARN names.
 * INVARIANT: what is remembered is used only while its account's revision is the one that it was read at.
 */
export class Principals {
  readonly #store: Store
  readonly #known = new Map<string, Known>()

  constructor(store: Store) {
    this.#store = store
  }

  /**
   * Takes: the ARN of a user, of a role, of a role's session or of the root, of the account.
   * Gives: at once when it is known; `undefined` when there is nobody with that ARN, letter for letter.
   */
  at(arn: string, account: string, tables: Tables): Spoken | undefined | Promise<Spoken | undefined> {
    const known = this.#known.get(arn)
    if (
      known !== undefined &&
      known.spoken.caller.account === account &&
      known.revision === this.#store.revision(account)
    )
      return known.spoken
    return this.#read(arn, account, tables)
  }

  async #read(arn: string, account: string, tables: Tables): Promise<Spoken | undefined> {
    // INVARIANT: no write is committed between these lines; the unit of work sees to it.
    const revision = await this.#store.revision(account)
    const spoken = await spokenAt(arn, account, tables)
    if (spoken === undefined) return undefined
    if (this.#known.size >= most) this.#known.clear()
    this.#known.set(arn, { revision, spoken })
    return spoken
  }
}

/** Whoever asks without a signature. */
export const anyone: AccountCaller = nobody('us-east-1')

const region = 'us-east-1'

async function spokenAt(arn: string, account: string, tables: Tables): Promise<Spoken | undefined> {
  if (arn === `arn:aws:iam::${account}:root`)
    return { caller: { ...rootSubject(account), region }, entity: arn, tags: [] }
  const [, roleName, sessionName] =
    /^arn:aws:sts::\d{12}:assumed-role\/([\w+=,.@-]{1,64})\/([\w+=,.@-]{2,64})$/.exec(arn) ?? []
  if (roleName !== undefined && sessionName !== undefined) {
    if (arn.split(':')[4] !== account) return undefined
    return roleSpoken({ account, name: roleName, sessionName }, tables)
  }
  const { kind, account: owner, name, path } = readEntityArn(arn) ?? {}
  if (owner !== account || name === undefined || path === undefined) return undefined
  if (kind === 'role') return roleSpoken({ account, name, path, sessionName: 'cardea-authorizer' }, tables)
  const user = kind === 'user' ? await tables.users.byName(account, name) : undefined
  if (user === undefined || user.name !== name || user.path !== path) return undefined
  return { caller: { ...userSubject(user), region }, entity: arn, tags: user.tags }
}

interface RoleNamed {
  readonly account: string
  readonly name: string
  readonly path?: string
  readonly sessionName: string
}

async function roleSpoken(named: RoleNamed, tables: Tables): Promise<Spoken | undefined> {
  const { account, name, path, sessionName } = named
  const role = await tables.roles.byName(account, name)
  if (role === undefined || role.name !== name || (path !== undefined && role.path !== path)) return undefined
  const roleArn = `arn:aws:iam::${account}:role${role.path}${role.name}`
  const session: Session = {
    accessKeyId: '',
    secret: '',
    account,
    subject: { type: 'assumedRole', roleId: role.id, roleArn, sessionName },
    issuedAt: 0,
    expiresAt: 0,
    tags: [],
    transitiveTagKeys: [],
    chained: false,
  }
  const subject = await sessionSubject(session, tables)
  return subject && { caller: { ...subject, region, session }, entity: roleArn, tags: role.tags }
}
