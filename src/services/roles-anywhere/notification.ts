import type { NotificationSetting } from '#store'
import type { World } from '../operation.ts'
import { existing, placeOf, touchedById } from './place.ts'
import { rolesAnywhere } from './roles-anywhere.ts'
import { shownAnchor } from './show.ts'

const kind = 'trust-anchor'
const service = 'rolesanywhere.amazonaws.com'
/** Days. */
const usualThreshold = 45

/** What a trust anchor notifies of when nobody has said anything. */
export const usualNotifications: readonly NotificationSetting[] = [
  'CA_CERTIFICATE_EXPIRY',
  'END_ENTITY_CERTIFICATE_EXPIRY',
].map((event) => ({ event, channel: 'ALL', enabled: true, threshold: usualThreshold, configuredBy: service }))

export const PutNotificationSettings = rolesAnywhere('PutNotificationSettings', {
  resource: ({ trustAnchorId }, scope) => touchedById(kind, trustAnchorId, scope),

  async run({ trustAnchorId: id, notificationSettings }, world) {
    const { trustAnchors } = world.tables
    const anchor = await existing(trustAnchors.byId(placeOf(world), id), { kind, id }, world)
    const notifications = changedNotifications(anchor.notifications, notificationSettings, world)
    const changed = { ...anchor, notifications, updatedAt: world.now }
    await trustAnchors.update(changed)
    return { trustAnchor: shownAnchor(changed) }
  },
})

export const ResetNotificationSettings = rolesAnywhere('ResetNotificationSettings', {
  resource: ({ trustAnchorId }, scope) => touchedById(kind, trustAnchorId, scope),

  async run({ trustAnchorId: id, notificationSettingKeys }, world) {
    const { trustAnchors } = world.tables
    const anchor = await existing(trustAnchors.byId(placeOf(world), id), { kind, id }, world)
    const reset = new Set(notificationSettingKeys.map(nameOf))
    const notifications = anchor.notifications.map((setting) =>
      reset.has(nameOf(setting))
        ? (usualNotifications.find((one) => nameOf(one) === nameOf(setting)) ?? setting)
        : setting,
    )
    const changed = { ...anchor, notifications, updatedAt: world.now }
    await trustAnchors.update(changed)
    return { trustAnchor: shownAnchor(changed) }
  },
})

interface Wanted {
  readonly event: string
  readonly enabled: boolean
  readonly channel?: string | undefined
  readonly threshold?: number | undefined
}

/** The settings after some were set. Errors: `ValidationException`. */
export function changedNotifications(
  present: readonly NotificationSetting[],
  wanted: readonly Wanted[],
  { account, fault }: World<'ValidationException'>,
): readonly NotificationSetting[] {
  const set = new Map(wanted.map((one) => [nameOf(one), one]))
  if (set.size < wanted.length) throw fault('ValidationException', 'A notification setting was given more than once.')
  return present.map((setting) => {
    const one = set.get(nameOf(setting))
    if (one === undefined) return setting
    return { ...setting, enabled: one.enabled, threshold: one.threshold ?? usualThreshold, configuredBy: account }
  })
}

function nameOf({ event, channel = 'ALL' }: { readonly event: string; readonly channel?: string | undefined }): string {
  return `${event} ${channel}`
}
