import type { AuditRecord, Group, InstanceProfile, ManagedPolicy, Role, Store, User } from '#store'

export const account = '111122223333'
export const other = '444455556666'

export async function addAccount(store: Store, id = account): Promise<void> {
  await store.write(id, (tables) =>
    tables.accounts.add({ id, name: `account ${id}`, email: 'a@example.com', createdAt: 1 }),
  )
}

export function user(id: string, name: string, path = '/'): User {
  return { account, id, name, path, createdAt: 1_700_000_000_000, tags: [] }
}

export function group(id: string, name: string): Group {
  return { account, id, name, path: '/', createdAt: 2 }
}

export function role(id: string, name: string): Role {
  return {
    ...group(id, name),
    maxSessionDuration: 3600,
    trustPolicy: '{ "Version": "2012-10-17" }',
    trustPrincipals: { 'arn:aws:iam::111122223333:user/ann': 'AIDA1' },
    tags: [],
  }
}

export function profile(id: string, name: string, roleId?: string): InstanceProfile {
  return { ...group(id, name), tags: [], ...(roleId === undefined ? {} : { roleId }) }
}

export function policy(id: string, name: string): ManagedPolicy {
  return { ...group(id, name), updatedAt: 3, defaultVersion: 1, nextVersion: 2, tags: [] }
}

export function record(id: string, at: number): AuditRecord {
  return {
    id,
    at,
    account,
    eventSource: 'iam.amazonaws.com',
    eventName: 'CreateUser',
    sourceIp: '127.0.0.1',
    readOnly: false,
  }
}
