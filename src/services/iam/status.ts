import type { World } from '../operation.ts'

/** Whether a credential is to be active. Errors: `InvalidInput` for a status that only time sets. */
export function newStatus(status: 'Active' | 'Inactive' | 'Expired', { fault }: World<'InvalidInput'>): boolean {
  if (status === 'Expired') throw fault('InvalidInput', 'The status Expired cannot be set.')
  return status === 'Active'
}

export function shownStatus(active: boolean): 'Active' | 'Inactive' {
  return active ? 'Active' : 'Inactive'
}

/** The sort key of credentials that are listed in the order of their making. */
export function oldestFirst({ createdAt, id }: { readonly createdAt: number; readonly id: string }): string {
  return `${String(createdAt).padStart(15, '0')}${id}`
}
