import { nextToken, pageFrom } from './page.ts'
import { existing, placeOf, touchedById } from './place.ts'
import { rolesAnywhere } from './roles-anywhere.ts'
import { shownSubject } from './show.ts'

const kind = 'subject'

export const GetSubject = rolesAnywhere('GetSubject', {
  resource: ({ subjectId }, scope) => touchedById(kind, subjectId, scope),

  async run({ subjectId: id }, world) {
    const subject = await existing(world.tables.subjects.byId(placeOf(world), id), { kind, id }, world)
    const { credentials, instanceProperties, enabled } = subject
    return {
      subject: {
        ...shownSubject(subject),
        credentials: credentials.map(({ certificate, seenAt, ...others }) => ({
          ...others,
          enabled,
          x509CertificateData: certificate,
          seenAt: new Date(seenAt),
        })),
        instanceProperties: instanceProperties.map(({ seenAt, ...others }) => ({
          ...others,
          seenAt: new Date(seenAt),
        })),
      },
    }
  },
})

export const ListSubjects = rolesAnywhere('ListSubjects', {
  resource: () => '*',

  async run(input, world) {
    const found = await world.tables.subjects.list(placeOf(world), pageFrom(input, world))
    return { subjects: found.items.map(shownSubject), nextToken: nextToken(found) }
  },
})
