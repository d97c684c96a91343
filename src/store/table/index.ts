import type { Kysely } from 'kysely'
import type { Keyring } from '../keyring.ts'
import type { KnownTexts } from '../known-text.ts'
import type { Notary } from '../notary.ts'
import type { Schema } from '../schema.ts'
import type { Tables } from '../store.ts'
import type { WaitingUses } from '../waiting.ts'
import { accessKeyTable } from './access-key.ts'
import { accountTable } from './account.ts'
import { attachmentTable } from './attachment.ts'
import { auditTable } from './audit.ts'
import { certificateListTable } from './certificate-list.ts'
import { delegationTable } from './delegation.ts'
import { groupTable } from './group.ts'
import { inlinePolicyTable } from './inline-policy.ts'
import { instanceTable } from './instance.ts'
import { instanceProfileTable } from './instance-profile.ts'
import { issuerKeyTable } from './issuer-key.ts'
import { lastUseTable } from './last-use.ts'
import { loginProfileTable } from './login-profile.ts'
import { membershipTable } from './membership.ts'
import { mfaDeviceTable } from './mfa-device.ts'
import { oidcProviderTable } from './oidc-provider.ts'
import { passwordPolicyTable } from './password-policy.ts'
import { policyTable, policyVersionTable } from './policy.ts'
import { resourceTable } from './resource.ts'
import { roleTable } from './role.ts'
import { rolesAnywhereProfileTable } from './roles-anywhere-profile.ts'
import { samlProviderTable } from './saml-provider.ts'
import { serverCertificateTable } from './server-certificate.ts'
import { serviceTable } from './service.ts'
import { serviceCredentialTable } from './service-credential.ts'
import { type OwnSessionTable, sessionTable } from './session.ts'
import { settingTable } from './setting.ts'
import { signingCertificateTable } from './signing-certificate.ts'
import { sshPublicKeyTable } from './ssh-public-key.ts'
import { type OwnSubjectTable, subjectTable } from './subject.ts'
import { taskTable } from './task.ts'
import { trustAnchorTable } from './trust-anchor.ts'
import { userTable } from './user.ts'

/** The tables, and what only the store itself writes. */
export interface AllTables extends Tables {
  readonly lastUses: ReturnType<typeof lastUseTable>
  readonly sessions: OwnSessionTable
  readonly subjects: OwnSubjectTable
  readonly audit: ReturnType<typeof auditTable>
}

export interface TableNeeds {
  readonly keyring: Keyring
  /** The uses that are not written yet. */
  readonly waiting: WaitingUses
  readonly notary: Notary
  /** The texts of the audit trail that are written already. */
  readonly texts: KnownTexts
}

export function tablesOn(db: Kysely<Schema>, { keyring, waiting, notary, texts }: TableNeeds): AllTables {
  return {
    accounts: accountTable(db),
    users: userTable(db),
    groups: groupTable(db),
    memberships: membershipTable(db),
    roles: roleTable(db),
    instanceProfiles: instanceProfileTable(db),
    policies: policyTable(db),
    policyVersions: policyVersionTable(db),
    inlinePolicies: inlinePolicyTable(db),
    attachments: attachmentTable(db),
    accessKeys: accessKeyTable(db, keyring),
    loginProfiles: loginProfileTable(db),
    passwordPolicies: passwordPolicyTable(db),
    mfaDevices: mfaDeviceTable(db, keyring),
    sshPublicKeys: sshPublicKeyTable(db),
    signingCertificates: signingCertificateTable(db),
    serverCertificates: serverCertificateTable(db, keyring),
    serviceCredentials: serviceCredentialTable(db),
    oidcProviders: oidcProviderTable(db),
    samlProviders: samlProviderTable(db, keyring),
    settings: settingTable(db),
    issuerKeys: issuerKeyTable(db, keyring),
    tasks: taskTable(db),
    delegations: delegationTable(db),
    lastUses: lastUseTable(db, waiting),
    sessions: sessionTable(db),
    instances: instanceTable(db),
    services: serviceTable(db),
    trustAnchors: trustAnchorTable(db),
    rolesAnywhereProfiles: rolesAnywhereProfileTable(db),
    certificateLists: certificateListTable(db),
    subjects: subjectTable(db),
    resources: resourceTable(db),
    audit: auditTable(db, { notary, texts }),
  }
}
