import type { Role, Tables, Tag, User } from '#store'
import { assumedRoleArn, federatedUserArn, roleArn, rootArn, userArn } from './arn.ts'
import type { AccountCaller, Session } from './caller.ts'

/** A caller before it is known which credentials it used, and where. */
export type Subject = Omit<AccountCaller, 'accessKeyId' | 'region' | 'session'>

export function rootSubject(account: string): Subject {
  const principal = { type: 'root', arn: rootArn(account), account } as const
  return { kind: 'root', account, principal, userId: account, name: account, tags: [] }
}

export function userSubject({ account, id, path, name, tags }: User): Subject {
  const principal = { type: 'user', arn: userArn(account, path, name), account, uniqueId: id } as const
  return { kind: 'user', account, principal, userId: id, name, entityId: id, tags }
}

function roleSubject({ account, id, path, name, tags }: Role, session: Session, sessionName: string): Subject {
  const principal = {
    type: 'assumedRole',
    arn: assumedRoleArn(account, name, sessionName),
    account,
    roleArn: roleArn(account, path, name),
    uniqueId: id,
  } as const
  return {
    kind: 'assumedRole',
    account,
    principal,
    userId: `${id}:${sessionName}`,
    name,
    entityId: id,
    tags: overlaid(tags, session.tags),
  }
}

function federatedSubject(user: User, session: Session, name: string): Subject {
  const { account, id } = user
  const principal = {
    type: 'federatedUser',
    arn: federatedUserArn(account, name),
    account,
    userArn: userArn(account, user.path, user.name),
    uniqueId: id,
  } as const
  const userId = `${account}:${name}`
  return { kind: 'federatedUser', account, principal, userId, name, entityId: id, tags: session.tags }
}

/** Whom a session stands for now. Gives: `undefined` when the user or role is gone. */
export async function sessionSubject(session: Session, tables: Tables): Promise<Subject | undefined> {
  const { subject, account } = session
  if (subject.type === 'root') return rootSubject(account)
  if (subject.type === 'assumedRole') {
    const role = await tables.roles.byId(subject.roleId)
    return role && roleSubject(role, session, subject.sessionName)
  }
  const user = await tables.users.byId(subject.type === 'user' ? subject.userId : (subject.creator.uniqueId ?? ''))
  if (user === undefined) return undefined
  return subject.type === 'user' ? userSubject(user) : federatedSubject(user, session, subject.name)
}

/** Tags with others over them, of which those with the same key in any case of letters win (rule S-24). */
export function overlaid(under: readonly Tag[], over: readonly Tag[]): readonly Tag[] {
  if (over.length === 0) return under
  const keys = new Set(over.map(({ key }) => key.toLowerCase()))
  return [...under.filter(({ key }) => !keys.has(key.toLowerCase())), ...over]
}
