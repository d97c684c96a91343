import type { Kysely } from 'kysely'
import type { AttributeMapping, RegionalTable, RolesAnywhereProfile } from '../entity.ts'
import type { Schema } from '../schema.ts'
import type { RolesAnywhereProfileColumns } from '../schema-roles-anywhere.ts'
import { nullable, present, tagsOf, textOfTags } from './column.ts'
import { type RegionalKind, regionalTable } from './regional.ts'

export function rolesAnywhereProfileTable(db: Kysely<Schema>): RegionalTable<RolesAnywhereProfile> {
  return regionalTable(db, kind)
}

const kind: RegionalKind<RolesAnywhereProfile, RolesAnywhereProfileColumns> = {
  table: 'rolesAnywhereProfile',
  columns: ({ tags, sessionPolicy, ...profile }) => ({
    ...profile,
    enabled: Number(profile.enabled),
    tags: textOfTags(tags),
    roleArns: JSON.stringify(profile.roleArns),
    managedPolicyArns: JSON.stringify(profile.managedPolicyArns),
    requireInstanceProperties: Number(profile.requireInstanceProperties),
    acceptRoleSessionName: Number(profile.acceptRoleSessionName),
    mappings: JSON.stringify(profile.mappings),
    ...nullable({ sessionPolicy }),
  }),
  // Only `columns` writes the columns that are read as JSON.
  entity: ({ tags, sessionPolicy, ...row }) => ({
    ...row,
    enabled: row.enabled === 1,
    tags: tagsOf(tags),
    roleArns: JSON.parse(row.roleArns) as readonly string[],
    managedPolicyArns: JSON.parse(row.managedPolicyArns) as readonly string[],
    requireInstanceProperties: row.requireInstanceProperties === 1,
    acceptRoleSessionName: row.acceptRoleSessionName === 1,
    mappings: JSON.parse(row.mappings) as readonly AttributeMapping[],
    ...present({ sessionPolicy }),
  }),
}
