import type { RolesanywhereCodes, RolesanywhereModule } from '#models'
import { operationsOf } from '../define.ts'

/** Declares an operation of IAM Roles Anywhere. */
export const rolesAnywhere = operationsOf<RolesanywhereModule, RolesanywhereCodes>('rolesanywhere')
