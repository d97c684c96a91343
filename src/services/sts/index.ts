import type { Operation } from '../operation.ts'
import { GetAccessKeyInfo } from './access-key.ts'
import { DecodeAuthorizationMessage } from './authorization-message.ts'
import { GetDelegatedAccessToken } from './delegated.ts'
import { GetFederationToken } from './federation-token.ts'
import { GetCallerIdentity } from './identity.ts'
import { AssumeRole } from './role.ts'
import { AssumeRoot } from './root-session.ts'
import { AssumeRoleWithSAML } from './saml.ts'
import { GetScopedCredentials } from './scoped.ts'
import { GetSessionToken } from './session.ts'
import { AssumeRoleWithWebIdentity } from './web-identity.ts'
import { GetWebIdentityToken } from './web-identity-issue.ts'

/** Every operation of the STS API that is built. */
export const stsOperations: readonly Operation[] = [
  AssumeRole,
  AssumeRoleWithSAML,
  AssumeRoleWithWebIdentity,
  AssumeRoot,
  DecodeAuthorizationMessage,
  GetAccessKeyInfo,
  GetCallerIdentity,
  GetDelegatedAccessToken,
  GetFederationToken,
  GetScopedCredentials,
  GetSessionToken,
  GetWebIdentityToken,
]
