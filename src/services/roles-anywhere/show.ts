import type { CertificateList, RolesAnywhereProfile, Subject, TrustAnchor } from '#store'
import { regionalArn } from './arn.ts'

/** A trust anchor as the API shows it. */
export function shownAnchor(anchor: TrustAnchor) {
  const { id, name, enabled, certificates, notifications } = anchor
  return {
    trustAnchorId: id,
    trustAnchorArn: regionalArn('trust-anchor', anchor, id),
    name,
    enabled,
    source: { sourceType: 'CERTIFICATE_BUNDLE', sourceData: { x509CertificateData: certificates } },
    notificationSettings: notifications,
    ...times(anchor),
  }
}

/** A profile as the API shows it. */
export function shownProfile(profile: RolesAnywhereProfile) {
  const { id, mappings, roleArns, managedPolicyArns, createdAt, updatedAt, ...others } = profile
  return {
    ...others,
    profileId: id,
    profileArn: regionalArn('profile', profile, id),
    roleArns,
    managedPolicyArns,
    attributeMappings: mappings.map(({ field, specifiers }) => ({
      certificateField: field,
      mappingRules: specifiers.map((specifier) => ({ specifier })),
    })),
    ...times({ createdAt, updatedAt }),
  }
}

/** A revocation list as the API shows it. */
export function shownList(list: CertificateList) {
  const { id, name, enabled, data, trustAnchorId } = list
  return {
    crlId: id,
    crlArn: regionalArn('crl', list, id),
    name,
    enabled,
    crlData: data,
    trustAnchorArn: regionalArn('trust-anchor', list, trustAnchorId),
    ...times(list),
  }
}

/** A subject as listings show it. */
export function shownSubject(subject: Subject) {
  const { id, enabled, x509Subject, lastSeenAt } = subject
  return {
    subjectId: id,
    subjectArn: regionalArn('subject', subject, id),
    enabled,
    x509Subject,
    lastSeenAt: new Date(lastSeenAt),
    ...times(subject),
  }
}

function times({ createdAt, updatedAt }: { readonly createdAt: number; readonly updatedAt: number }) {
  return { createdAt: new Date(createdAt), updatedAt: new Date(updatedAt) }
}
