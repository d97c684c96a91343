/** The columns of the tables of IAM Roles Anywhere: lists and tags are JSON as text. */
export interface RolesAnywhereSchema {
  readonly trustAnchor: TrustAnchorColumns
  readonly rolesAnywhereProfile: RolesAnywhereProfileColumns
  readonly certificateList: CertificateListColumns
  readonly subject: SubjectColumns
}

export interface PlaceColumns {
  readonly id: string
  readonly account: string
  readonly region: string
  readonly enabled: number
  readonly createdAt: number
  readonly updatedAt: number
}

export interface RegionalColumns extends PlaceColumns {
  readonly name: string
  readonly tags: string
}

export interface TrustAnchorColumns extends RegionalColumns {
  readonly certificates: string
  readonly notifications: string
}

export interface RolesAnywhereProfileColumns extends RegionalColumns {
  readonly createdBy: string
  readonly roleArns: string
  readonly managedPolicyArns: string
  readonly sessionPolicy: string | null
  readonly durationSeconds: number
  readonly requireInstanceProperties: number
  readonly acceptRoleSessionName: number
  readonly mappings: string
}

export interface CertificateListColumns extends RegionalColumns {
  readonly trustAnchorId: string
  readonly data: Uint8Array
}

export interface SubjectColumns extends PlaceColumns {
  readonly x509Subject: string
  readonly tags: string
  readonly lastSeenAt: number
  readonly credentials: string
  readonly instanceProperties: string
}
