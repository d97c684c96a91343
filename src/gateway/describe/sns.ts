import { type Ask, type Call, nameOf, neededText, textIn } from './call.ts'
import { notCovered } from './refusal.ts'
import { each, onArn, onEverything, onFirst, onNamed } from './rule.ts'
import type { ServiceRules } from './rules.ts'

const onTopic = onArn('TopicArn', [''])

export const snsRules: ServiceRules = {
  operations: {
    ...each(
      'AddPermission ConfirmSubscription DeleteTopic GetTopicAttributes ListSubscriptionsByTopic RemovePermission SetTopicAttributes Subscribe',
      onTopic,
    ),
    ...each(
      'GetDataProtectionPolicy PutDataProtectionPolicy ListTagsForResource TagResource UntagResource',
      onArn('ResourceArn', ['']),
    ),
    ...each('GetSubscriptionAttributes SetSubscriptionAttributes Unsubscribe', onSubscription),
    ...each(
      'GetPlatformApplicationAttributes SetPlatformApplicationAttributes DeletePlatformApplication',
      onEverything,
    ),
    CreateTopic: createTopic,
    Publish: onFirst({
      TopicArn: onArn('TopicArn', [''], 'Publish'),
      TargetArn: onArn('TargetArn', [''], 'Publish'),
      // A telephone is no resource: AWS asks for everything.
      PhoneNumber: onEverything,
    }),
    PublishBatch: onArn('TopicArn', [''], 'Publish'),
  },
}

/** A subscription is decided on by its topic, whose name is before its own: `…:topic:00000000-…`. */
function onSubscription(call: Call): readonly Ask[] {
  const [ask] = onArn('SubscriptionArn', [''])(call)
  const parts = ask?.resource.split(':') ?? []
  if (parts.length !== 7) throw notCovered(nameOf(call), 'SubscriptionArn is not the ARN of a subscription')
  return [{ action: call.operation.name, resource: parts.slice(0, 6).join(':') }]
}

function createTopic(call: Call): readonly Ask[] {
  neededText(call, 'Name')
  const created = onNamed('Name', '')(call)
  const tagged =
    (call.input['Tags'] ?? undefined) === undefined ? [] : created.map((ask) => ({ ...ask, action: 'TagResource' }))
  const guarded =
    textIn(call.input, 'DataProtectionPolicy') === undefined
      ? []
      : created.map((ask) => ({ ...ask, action: 'PutDataProtectionPolicy' }))
  return [...created, ...tagged, ...guarded]
}
