import { iam } from './iam.ts'
import { touchedDevice, virtualDevice } from './mfa-device.ts'
import { requestTags, tagKeys, tagListing, withoutTags, withTags } from './tag.ts'

export const ListMFADeviceTags = iam('ListMFADeviceTags', {
  resource: ({ SerialNumber }, scope) => touchedDevice(SerialNumber, scope),

  async run({ SerialNumber, ...page }, world) {
    const { tags } = await virtualDevice(SerialNumber, world)
    return tagListing('ListMFADeviceTags', { tags, ...page }, world)
  },
})

export const TagMFADevice = iam('TagMFADevice', {
  resource: ({ SerialNumber }, scope) => touchedDevice(SerialNumber, scope),
  context: ({ Tags }) => requestTags(Tags),

  async run({ SerialNumber, Tags }, world) {
    const device = await virtualDevice(SerialNumber, world)
    await world.tables.mfaDevices.update({ ...device, tags: withTags(device.tags, Tags, world) })
    return {}
  },
})

export const UntagMFADevice = iam('UntagMFADevice', {
  resource: ({ SerialNumber }, scope) => touchedDevice(SerialNumber, scope),
  context: ({ TagKeys }) => tagKeys(TagKeys),

  async run({ SerialNumber, TagKeys }, world) {
    const device = await virtualDevice(SerialNumber, world)
    await world.tables.mfaDevices.update({ ...device, tags: withoutTags(device.tags, TagKeys) })
    return {}
  },
})
