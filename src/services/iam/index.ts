import type { Operation } from '../operation.ts'
import * as accessKey from './access-key.ts'
import * as accountAlias from './account-alias.ts'
import * as accountDetail from './account-detail.ts'
import * as accountProperty from './account-property.ts'
import * as accountSummary from './account-summary.ts'
import * as attachment from './attachment.ts'
import * as boundary from './boundary.ts'
import * as contextKey from './context-key.ts'
import * as credentialReport from './credential-report.ts'
import * as delegationRequest from './delegation-request.ts'
import * as delegationSummary from './delegation-summary.ts'
import * as grantingPolicy from './granting-policy.ts'
import * as group from './group.ts'
import * as inlinePolicy from './inline-policy.ts'
import * as instanceProfile from './instance-profile.ts'
import * as instanceProfileTag from './instance-profile-tag.ts'
import * as lastAccessed from './last-accessed.ts'
import * as loginProfile from './login-profile.ts'
import * as membership from './membership.ts'
import * as mfaDevice from './mfa-device.ts'
import * as mfaDeviceTag from './mfa-device-tag.ts'
import * as oidcProvider from './oidc-provider.ts'
import * as oidcProviderTag from './oidc-provider-tag.ts'
import * as organization from './organization.ts'
import * as outboundFederation from './outbound-federation.ts'
import * as password from './password.ts'
import * as passwordPolicy from './password-policy.ts'
import * as policy from './policy.ts'
import * as policyEntity from './policy-entity.ts'
import * as policyTag from './policy-tag.ts'
import * as policyVersion from './policy-version.ts'
import * as role from './role.ts'
import * as roleTag from './role-tag.ts'
import * as roleTemplate from './role-template.ts'
import * as samlProvider from './saml-provider.ts'
import * as samlProviderTag from './saml-provider-tag.ts'
import * as serverCertificate from './server-certificate.ts'
import * as serverCertificateTag from './server-certificate-tag.ts'
import * as serviceCredential from './service-credential.ts'
import * as serviceLinkedRole from './service-linked-role.ts'
import * as signingCertificate from './signing-certificate.ts'
import * as simulation from './simulation.ts'
import * as sshPublicKey from './ssh-public-key.ts'
import * as tokenPreference from './token-preference.ts'
import * as user from './user.ts'
import * as userTag from './user-tag.ts'

/** Every operation of the IAM API that is built. */
export { quotaNames } from './quota.ts'

export const iamOperations: readonly Operation[] = [
  accessKey,
  accountAlias,
  accountDetail,
  accountProperty,
  accountSummary,
  attachment,
  boundary,
  contextKey,
  credentialReport,
  delegationRequest,
  delegationSummary,
  grantingPolicy,
  group,
  inlinePolicy,
  instanceProfile,
  instanceProfileTag,
  lastAccessed,
  loginProfile,
  membership,
  mfaDevice,
  mfaDeviceTag,
  oidcProvider,
  oidcProviderTag,
  organization,
  outboundFederation,
  password,
  passwordPolicy,
  policy,
  policyEntity,
  policyTag,
  policyVersion,
  role,
  roleTag,
  roleTemplate,
  samlProvider,
  samlProviderTag,
  serverCertificate,
  serverCertificateTag,
  serviceCredential,
  serviceLinkedRole,
  signingCertificate,
  simulation,
  sshPublicKey,
  tokenPreference,
  user,
  userTag,
].flatMap((noun) => Object.values(noun).filter(isOperation))

function isOperation(exported: unknown): exported is Operation {
  return typeof exported === 'object' && exported !== null && 'run' in exported && 'service' in exported
}
