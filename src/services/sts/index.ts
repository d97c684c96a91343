import type { Operation } from '../operation.ts'
import { GetAccessKeyInfo } from './access-key.ts'
import { GetCallerIdentity } from './identity.ts'
import { AssumeRole } from './role.ts'
import { GetSessionToken } from './session.ts'

/** Every operation of the STS API that is built. */
export const stsOperations: readonly Operation[] = [AssumeRole, GetAccessKeyInfo, GetCallerIdentity, GetSessionToken]
