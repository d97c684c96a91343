import type { Page, PageRequest, Tag } from './entity.ts'

/** What trust anchors, profiles and revocation lists have in common. They live in a region. */
export interface Regional {
  /** A UUID, unique in the installation. */
  readonly id: string
  readonly account: string
  readonly region: string
  /** Not unique. */
  readonly name: string
  readonly enabled: boolean
  readonly tags: readonly Tag[]
  /** Milliseconds since 1970. */
  readonly createdAt: number
  readonly updatedAt: number
}

/** A certification authority that an account trusts. */
export interface TrustAnchor extends Regional {
  /** Its certificates in PEM, as they were given. */
  readonly certificates: string
  readonly notifications: readonly NotificationSetting[]
}

/** When somebody is to hear that a certificate expires. */
export interface NotificationSetting {
  readonly event: string
  readonly channel: string
  readonly enabled: boolean
  /** Days before. */
  readonly threshold: number
  /** The account, or the service itself. */
  readonly configuredBy: string
}

/** What certificates may be exchanged for. */
export interface RolesAnywhereProfile extends Regional {
  /** ARN of whoever made it. */
  readonly createdBy: string
  readonly roleArns: readonly string[]
  readonly managedPolicyArns: readonly string[]
  readonly sessionPolicy?: string
  readonly durationSeconds: number
  readonly requireInstanceProperties: boolean
  readonly acceptRoleSessionName: boolean
  readonly mappings: readonly AttributeMapping[]
}

/** Which parts of a field of a certificate become session tags. */
export interface AttributeMapping {
  /** `x509Subject`, `x509Issuer`, `x509SAN` */
  readonly field: string
  /** `*`, `CN`, `DNS`, `Name/CN` */
  readonly specifiers: readonly string[]
}

/** A list of certificates of a trust anchor that are not good any more. */
export interface CertificateList extends Regional {
  readonly trustAnchorId: string
  /** As it was given: PEM or DER. */
  readonly data: Uint8Array
}

/** Somebody who showed a certificate, known by its subject. */
export interface Subject {
  readonly id: string
  readonly account: string
  readonly region: string
  readonly enabled: boolean
  /** The distinguished name, unique in account and region. */
  readonly x509Subject: string
  readonly tags: readonly Tag[]
  readonly lastSeenAt: number
  readonly createdAt: number
  readonly updatedAt: number
  /** Newest first. */
  readonly credentials: readonly SeenCredential[]
  /** Newest first. */
  readonly instanceProperties: readonly SeenProperties[]
}

/** That a subject showed a certificate, and with what. */
export interface SubjectSeen extends RegionalPlace {
  /** Always the same for the same subject of the same place. */
  readonly id: string
  readonly x509Subject: string
  readonly credential: SeenCredential
  readonly instanceProperties?: SeenProperties
}

/** A certificate that a subject showed. */
export interface SeenCredential {
  readonly serialNumber: string
  readonly issuer: string
  /** DER in base64. */
  readonly certificate: string
  readonly seenAt: number
  readonly failed: boolean
}

/** What a subject said of the machine it is on. */
export interface SeenProperties {
  readonly properties: Readonly<Record<string, string>>
  readonly seenAt: number
  readonly failed: boolean
}

/** Where something is. */
export interface RegionalPlace {
  readonly account: string
  readonly region: string
}

export interface RegionalTable<E extends RegionalPlace> {
  add(entity: E): Promise<void>
  /** Gives: `undefined` also for what is in another account or region. */
  byId(place: RegionalPlace, id: string): Promise<E | undefined>
  /** By id. */
  list(place: RegionalPlace, page: PageRequest): Promise<Page<E>>
  count(place: RegionalPlace): Promise<number>
  /** Replaces the one with the same id. */
  update(entity: E): Promise<boolean>
  remove(id: string): Promise<boolean>
}

export interface CertificateListTable extends RegionalTable<CertificateList> {
  ofAnchor(trustAnchorId: string): Promise<readonly CertificateList[]>
}

/** The tables of IAM Roles Anywhere. */
export interface RolesAnywhereTables {
  readonly trustAnchors: RegionalTable<TrustAnchor>
  readonly rolesAnywhereProfiles: RegionalTable<RolesAnywhereProfile>
  readonly certificateLists: CertificateListTable
  readonly subjects: RegionalTable<Subject>
}
