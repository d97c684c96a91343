import { iam } from './iam.ts'
import { certificateNamed, touchedCertificate } from './server-certificate.ts'
import { requestTags, tagKeys, tagListing, withoutTags, withTags } from './tag.ts'

export const ListServerCertificateTags = iam('ListServerCertificateTags', {
  resource: ({ ServerCertificateName }, scope) => touchedCertificate(ServerCertificateName, scope),

  async run({ ServerCertificateName, ...page }, world) {
    const { tags } = await certificateNamed(ServerCertificateName, world)
    return tagListing('ListServerCertificateTags', { tags, ...page }, world)
  },
})

export const TagServerCertificate = iam('TagServerCertificate', {
  resource: ({ ServerCertificateName }, scope) => touchedCertificate(ServerCertificateName, scope),
  context: ({ Tags }) => requestTags(Tags),

  async run({ ServerCertificateName, Tags }, world) {
    const certificate = await certificateNamed(ServerCertificateName, world)
    await world.tables.serverCertificates.update({ ...certificate, tags: withTags(certificate.tags, Tags, world) })
    return {}
  },
})

export const UntagServerCertificate = iam('UntagServerCertificate', {
  resource: ({ ServerCertificateName }, scope) => touchedCertificate(ServerCertificateName, scope),
  context: ({ TagKeys }) => tagKeys(TagKeys),

  async run({ ServerCertificateName, TagKeys }, world) {
    const certificate = await certificateNamed(ServerCertificateName, world)
    await world.tables.serverCertificates.update({ ...certificate, tags: withoutTags(certificate.tags, TagKeys) })
    return {}
  },
})
