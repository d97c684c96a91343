import type { AttributeMapping } from '#store'
import { touchedById } from './place.ts'
import { changedProfile, profileWith } from './profile.ts'
import { rolesAnywhere } from './roles-anywhere.ts'

/** The parts of alternative names that can be named. */
const alternative = /^(?:DNS|URI)(?:\/(?:\*|\d{1,3}))?$|^Name\/(?:\*|[A-Za-z0-9.]+(?:\/\d{1,3})?)$/
const part = /^(?:\*|[A-Za-z0-9.]+(?:\/(?:\*|\d{1,3}))?)$/

export const PutAttributeMapping = rolesAnywhere('PutAttributeMapping', {
  resource: ({ profileId }, scope) => touchedById('profile', profileId, scope),

  async run({ profileId, certificateField: field, mappingRules }, world) {
    const profile = await profileWith(profileId, world)
    const specifiers = mappingRules.map(({ specifier }) => specifier)
    const form = field === 'x509SAN' ? alternative : part
    const strange = specifiers.find((specifier) => !form.test(specifier))
    if (strange !== undefined || specifiers.length === 0)
      throw world.fault('ValidationException', `'${strange ?? ''}' is not a specifier of ${field}.`)
    const present = profile.mappings.find((mapping) => mapping.field === field)?.specifiers ?? []
    const all = [...new Set([...present, ...specifiers])]
    return changedProfile({ ...profile, mappings: withMapping(profile.mappings, { field, specifiers: all }) }, world)
  },
})

export const DeleteAttributeMapping = rolesAnywhere('DeleteAttributeMapping', {
  resource: ({ profileId }, scope) => touchedById('profile', profileId, scope),

  async run({ profileId, certificateField: field, specifiers }, world) {
    const profile = await profileWith(profileId, world)
    const present = profile.mappings.find((mapping) => mapping.field === field)?.specifiers ?? []
    const left = specifiers === undefined ? [] : present.filter((one) => !specifiers.includes(one))
    return changedProfile({ ...profile, mappings: withMapping(profile.mappings, { field, specifiers: left }) }, world)
  },
})

function withMapping(mappings: readonly AttributeMapping[], mapping: AttributeMapping): readonly AttributeMapping[] {
  const others = mappings.filter(({ field }) => field !== mapping.field)
  const all = mapping.specifiers.length === 0 ? others : [...others, mapping]
  return all.sort((one, other) => (one.field < other.field ? -1 : 1))
}
