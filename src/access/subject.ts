import type { Role, Tables, Tag, User } from '#store'
import { assumedRoleArn, federatedUserArn, roleArn, rootArn, userArn } from './arn.ts'
import type { AccountCaller, Session } from './caller.ts'

/** A caller before it is known which credentials it used, and where. */
export type Subject = Omit<AccountCaller, 'accessKeyId' | 'region' | 'session'>

/** The caller of a request without a signature. It belongs to no account. */
export function nobody(region: string): AccountCaller {
  const principal = { type: 'anonymous', arn: 'anonymous' } as const
  return { kind: 'nobody', account: 'anonymous', principal, userId: 'anonymous', name: 'anonymous', tags: [], region }
}

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

/** Takes: the user who asked for the session, where it was not the root. */
function federatedSubject(session: Session, name: string, user?: User): Subject {
  const { account } = session
  const common = { type: 'federatedUser', arn: federatedUserArn(account, name), account } as const
  const subject = { kind: 'federatedUser', account, userId: `${account}:${name}`, name } as const
  if (user === undefined) return { ...subject, principal: { ...common, userArn: rootArn(account) }, tags: session.tags }
  const { id, path, tags } = user
  return {
    ...subject,
    principal: { ...common, userArn: userArn(account, path, user.name), uniqueId: id },
    entityId: id,
    tags: overlaid(tags, session.tags),
  }
}

/** Whom a session stands for now. Gives: `undefined` when the user or role is gone. */
export async function sessionSubject(session: Session, tables: Tables): Promise<Subject | undefined> {
  const { subject, account } = session
  if (subject.type === 'root') return rootSubject(account)
  if (subject.type === 'assumedRole') {
    const role = await tables.roles.byId(subject.roleId)
    return role && roleSubject(role, session, subject.sessionName)
  }
  if (subject.type === 'user') {
    const user = await tables.users.byId(subject.userId)
    return user && userSubject(user)
  }
  const { name, creator } = subject
  if (creator.type === 'root') return federatedSubject(session, name)
  const user = await tables.users.byId(creator.uniqueId ?? '')
  return user && federatedSubject(session, name, user)
}

/** Tags with others over them, of which those with the same key in any case of letters win (rule S-24). */
export function overlaid(under: readonly Tag[], over: readonly Tag[]): readonly Tag[] {
  if (over.length === 0) return under
  const keys = new Set(over.map(({ key }) => key.toLowerCase()))
  return [...under.filter(({ key }) => !keys.has(key.toLowerCase())), ...over]
}
