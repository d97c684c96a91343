/** Written by `tools/models.ts`: the inputs and outputs of the operations of rolesanywhere. */
import type { Handler } from '@smithy/types'

export interface AccessDeniedException {
  readonly message?: string | undefined
}

export interface AssumedRoleUser {
  readonly arn?: string | undefined
  readonly assumedRoleId?: string | undefined
}

export interface AttributeMapping {
  readonly certificateField?: string | undefined
  readonly mappingRules?: readonly MappingRule[] | undefined
}

export interface CreateProfileRequest {
  readonly name: string
  readonly requireInstanceProperties?: boolean | undefined
  readonly sessionPolicy?: string | undefined
  readonly roleArns: readonly string[]
  readonly managedPolicyArns?: readonly string[] | undefined
  readonly durationSeconds?: number | undefined
  readonly enabled?: boolean | undefined
  readonly tags?: readonly Tag[] | undefined
  readonly acceptRoleSessionName?: boolean | undefined
}

export interface CreateSessionRequest {
  readonly durationSeconds?: number | undefined
  readonly profileArn: string
  readonly roleArn: string
  readonly trustAnchorArn: string
  readonly roleSessionName?: string | undefined
  readonly sessionName?: string | undefined
  readonly instanceProperties?: Readonly<Record<string, string>> | undefined
  readonly cert?: string | undefined
}

export interface CreateSessionResponse {
  readonly credentialSet?: readonly CredentialResponse[] | undefined
  readonly subjectArn?: string | undefined
}

export interface CreateTrustAnchorRequest {
  readonly name: string
  readonly source: Source
  readonly enabled?: boolean | undefined
  readonly tags?: readonly Tag[] | undefined
  readonly notificationSettings?: readonly NotificationSetting[] | undefined
}

export interface CredentialResponse {
  readonly assumedRoleUser?: AssumedRoleUser | undefined
  readonly credentials?: Credentials | undefined
  readonly packedPolicySize?: number | undefined
  readonly roleArn?: string | undefined
  readonly sourceIdentity?: string | undefined
}

export interface CredentialSummary {
  readonly seenAt?: Date | undefined
  readonly serialNumber?: string | undefined
  readonly issuer?: string | undefined
  readonly enabled?: boolean | undefined
  readonly x509CertificateData?: string | undefined
  readonly failed?: boolean | undefined
}

export interface Credentials {
  readonly accessKeyId?: string | undefined
  readonly secretAccessKey?: string | undefined
  readonly sessionToken?: string | undefined
  readonly expiration?: string | undefined
}

export interface CrlDetail {
  readonly crlId?: string | undefined
  readonly crlArn?: string | undefined
  readonly name?: string | undefined
  readonly enabled?: boolean | undefined
  readonly crlData?: Uint8Array | undefined
  readonly trustAnchorArn?: string | undefined
  readonly createdAt?: Date | undefined
  readonly updatedAt?: Date | undefined
}

export interface CrlDetailResponse {
  readonly crl: CrlDetail
}

export interface DeleteAttributeMappingRequest {
  readonly profileId: string
  readonly certificateField: string
  readonly specifiers?: readonly string[] | undefined
}

export interface DeleteAttributeMappingResponse {
  readonly profile: ProfileDetail
}

export interface ImportCrlRequest {
  readonly name: string
  readonly crlData: Uint8Array
  readonly enabled?: boolean | undefined
  readonly tags?: readonly Tag[] | undefined
  readonly trustAnchorArn: string
}

export interface InstanceProperty {
  readonly seenAt?: Date | undefined
  readonly properties?: Readonly<Record<string, string>> | undefined
  readonly failed?: boolean | undefined
}

export interface ListCrlsResponse {
  readonly nextToken?: string | undefined
  readonly crls?: readonly CrlDetail[] | undefined
}

export interface ListProfilesResponse {
  readonly nextToken?: string | undefined
  readonly profiles?: readonly ProfileDetail[] | undefined
}

export interface ListRequest {
  readonly nextToken?: string | undefined
  readonly pageSize?: number | undefined
}

export interface ListSubjectsResponse {
  readonly subjects?: readonly SubjectSummary[] | undefined
  readonly nextToken?: string | undefined
}

export interface ListTagsForResourceRequest {
  readonly resourceArn: string
}

export interface ListTagsForResourceResponse {
  readonly tags?: readonly Tag[] | undefined
}

export interface ListTrustAnchorsResponse {
  readonly nextToken?: string | undefined
  readonly trustAnchors?: readonly TrustAnchorDetail[] | undefined
}

export interface MappingRule {
  readonly specifier: string
}

export interface NotificationSetting {
  readonly enabled: boolean
  readonly event: string
  readonly threshold?: number | undefined
  readonly channel?: string | undefined
}

export interface NotificationSettingDetail {
  readonly enabled: boolean
  readonly event: string
  readonly threshold?: number | undefined
  readonly channel?: string | undefined
  readonly configuredBy?: string | undefined
}

export interface NotificationSettingKey {
  readonly event: string
  readonly channel?: string | undefined
}

export interface ProfileDetail {
  readonly profileId?: string | undefined
  readonly profileArn?: string | undefined
  readonly name?: string | undefined
  readonly requireInstanceProperties?: boolean | undefined
  readonly enabled?: boolean | undefined
  readonly createdBy?: string | undefined
  readonly sessionPolicy?: string | undefined
  readonly roleArns?: readonly string[] | undefined
  readonly managedPolicyArns?: readonly string[] | undefined
  readonly createdAt?: Date | undefined
  readonly updatedAt?: Date | undefined
  readonly durationSeconds?: number | undefined
  readonly acceptRoleSessionName?: boolean | undefined
  readonly attributeMappings?: readonly AttributeMapping[] | undefined
}

export interface ProfileDetailResponse {
  readonly profile?: ProfileDetail | undefined
}

export interface PutAttributeMappingRequest {
  readonly profileId: string
  readonly certificateField: string
  readonly mappingRules: readonly MappingRule[]
}

export interface PutAttributeMappingResponse {
  readonly profile: ProfileDetail
}

export interface PutNotificationSettingsRequest {
  readonly trustAnchorId: string
  readonly notificationSettings: readonly NotificationSetting[]
}

export interface PutNotificationSettingsResponse {
  readonly trustAnchor: TrustAnchorDetail
}

export interface ResetNotificationSettingsRequest {
  readonly trustAnchorId: string
  readonly notificationSettingKeys: readonly NotificationSettingKey[]
}

export interface ResetNotificationSettingsResponse {
  readonly trustAnchor: TrustAnchorDetail
}

export interface ResourceNotFoundException {
  readonly message?: string | undefined
}

export interface ScalarCrlRequest {
  readonly crlId: string
}

export interface ScalarProfileRequest {
  readonly profileId: string
}

export interface ScalarSubjectRequest {
  readonly subjectId: string
}

export interface ScalarTrustAnchorRequest {
  readonly trustAnchorId: string
}

export interface Source {
  readonly sourceType?: string | undefined
  readonly sourceData?: SourceData | undefined
}

export interface SourceData {
  readonly x509CertificateData?: string | undefined
  readonly acmPcaArn?: string | undefined
}

export interface SubjectDetail {
  readonly subjectArn?: string | undefined
  readonly subjectId?: string | undefined
  readonly enabled?: boolean | undefined
  readonly x509Subject?: string | undefined
  readonly lastSeenAt?: Date | undefined
  readonly createdAt?: Date | undefined
  readonly updatedAt?: Date | undefined
  readonly credentials?: readonly CredentialSummary[] | undefined
  readonly instanceProperties?: readonly InstanceProperty[] | undefined
}

export interface SubjectDetailResponse {
  readonly subject?: SubjectDetail | undefined
}

export interface SubjectSummary {
  readonly subjectArn?: string | undefined
  readonly subjectId?: string | undefined
  readonly enabled?: boolean | undefined
  readonly x509Subject?: string | undefined
  readonly lastSeenAt?: Date | undefined
  readonly createdAt?: Date | undefined
  readonly updatedAt?: Date | undefined
}

export interface Tag {
  readonly key: string
  readonly value: string
}

export interface TagResourceRequest {
  readonly resourceArn: string
  readonly tags: readonly Tag[]
}

export type TagResourceResponse = object

export interface TooManyTagsException {
  readonly message?: string | undefined
}

export interface TrustAnchorDetail {
  readonly trustAnchorId?: string | undefined
  readonly trustAnchorArn?: string | undefined
  readonly name?: string | undefined
  readonly source?: Source | undefined
  readonly enabled?: boolean | undefined
  readonly createdAt?: Date | undefined
  readonly updatedAt?: Date | undefined
  readonly notificationSettings?: readonly NotificationSettingDetail[] | undefined
}

export interface TrustAnchorDetailResponse {
  readonly trustAnchor: TrustAnchorDetail
}

export interface UntagResourceRequest {
  readonly resourceArn: string
  readonly tagKeys: readonly string[]
}

export type UntagResourceResponse = object

export interface UpdateCrlRequest {
  readonly crlId: string
  readonly name?: string | undefined
  readonly crlData?: Uint8Array | undefined
}

export interface UpdateProfileRequest {
  readonly profileId: string
  readonly name?: string | undefined
  readonly sessionPolicy?: string | undefined
  readonly roleArns?: readonly string[] | undefined
  readonly managedPolicyArns?: readonly string[] | undefined
  readonly durationSeconds?: number | undefined
  readonly acceptRoleSessionName?: boolean | undefined
}

export interface UpdateTrustAnchorRequest {
  readonly trustAnchorId: string
  readonly name?: string | undefined
  readonly source?: Source | undefined
}

export interface ValidationException {
  readonly message?: string | undefined
}

type Command<Input, Output> = new (input: never) => {
  resolveMiddleware(...args: never): Handler<Input & object, Output & object>
}

export interface RolesanywhereModule {
  readonly CreateProfileCommand: Command<CreateProfileRequest, ProfileDetailResponse>
  readonly CreateSessionCommand: Command<CreateSessionRequest, CreateSessionResponse>
  readonly CreateTrustAnchorCommand: Command<CreateTrustAnchorRequest, TrustAnchorDetailResponse>
  readonly DeleteAttributeMappingCommand: Command<DeleteAttributeMappingRequest, DeleteAttributeMappingResponse>
  readonly DeleteCrlCommand: Command<ScalarCrlRequest, CrlDetailResponse>
  readonly DeleteProfileCommand: Command<ScalarProfileRequest, ProfileDetailResponse>
  readonly DeleteTrustAnchorCommand: Command<ScalarTrustAnchorRequest, TrustAnchorDetailResponse>
  readonly DisableCrlCommand: Command<ScalarCrlRequest, CrlDetailResponse>
  readonly DisableProfileCommand: Command<ScalarProfileRequest, ProfileDetailResponse>
  readonly DisableTrustAnchorCommand: Command<ScalarTrustAnchorRequest, TrustAnchorDetailResponse>
  readonly EnableCrlCommand: Command<ScalarCrlRequest, CrlDetailResponse>
  readonly EnableProfileCommand: Command<ScalarProfileRequest, ProfileDetailResponse>
  readonly EnableTrustAnchorCommand: Command<ScalarTrustAnchorRequest, TrustAnchorDetailResponse>
  readonly GetCrlCommand: Command<ScalarCrlRequest, CrlDetailResponse>
  readonly GetProfileCommand: Command<ScalarProfileRequest, ProfileDetailResponse>
  readonly GetSubjectCommand: Command<ScalarSubjectRequest, SubjectDetailResponse>
  readonly GetTrustAnchorCommand: Command<ScalarTrustAnchorRequest, TrustAnchorDetailResponse>
  readonly ImportCrlCommand: Command<ImportCrlRequest, CrlDetailResponse>
  readonly ListCrlsCommand: Command<ListRequest, ListCrlsResponse>
  readonly ListProfilesCommand: Command<ListRequest, ListProfilesResponse>
  readonly ListSubjectsCommand: Command<ListRequest, ListSubjectsResponse>
  readonly ListTagsForResourceCommand: Command<ListTagsForResourceRequest, ListTagsForResourceResponse>
  readonly ListTrustAnchorsCommand: Command<ListRequest, ListTrustAnchorsResponse>
  readonly PutAttributeMappingCommand: Command<PutAttributeMappingRequest, PutAttributeMappingResponse>
  readonly PutNotificationSettingsCommand: Command<PutNotificationSettingsRequest, PutNotificationSettingsResponse>
  readonly ResetNotificationSettingsCommand: Command<ResetNotificationSettingsRequest, ResetNotificationSettingsResponse>
  readonly TagResourceCommand: Command<TagResourceRequest, TagResourceResponse>
  readonly UntagResourceCommand: Command<UntagResourceRequest, UntagResourceResponse>
  readonly UpdateCrlCommand: Command<UpdateCrlRequest, CrlDetailResponse>
  readonly UpdateProfileCommand: Command<UpdateProfileRequest, ProfileDetailResponse>
  readonly UpdateTrustAnchorCommand: Command<UpdateTrustAnchorRequest, TrustAnchorDetailResponse>
}
