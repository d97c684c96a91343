import type { Operation } from '../operation.ts'
import { DeleteAttributeMapping, PutAttributeMapping } from './attribute-mapping.ts'
import * as crl from './crl.ts'
import { PutNotificationSettings, ResetNotificationSettings } from './notification.ts'
import {
  CreateProfile,
  DeleteProfile,
  DisableProfile,
  EnableProfile,
  GetProfile,
  ListProfiles,
  UpdateProfile,
} from './profile.ts'
import { CreateSession } from './session.ts'
import { GetSubject, ListSubjects } from './subject.ts'
import { ListTagsForResource, TagResource, UntagResource } from './tag.ts'
import * as trustAnchor from './trust-anchor.ts'

/** Every operation of IAM Roles Anywhere that is built. */
export const rolesAnywhereOperations: readonly Operation[] = [
  ...Object.values(trustAnchor),
  PutNotificationSettings,
  ResetNotificationSettings,
  CreateProfile,
  GetProfile,
  ListProfiles,
  UpdateProfile,
  EnableProfile,
  DisableProfile,
  DeleteProfile,
  PutAttributeMapping,
  DeleteAttributeMapping,
  ...Object.values(crl),
  GetSubject,
  ListSubjects,
  TagResource,
  UntagResource,
  ListTagsForResource,
  CreateSession,
]
