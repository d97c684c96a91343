import { type Ask, type Call, neededText } from './call.ts'
import { keyAsk } from './kms-key.ts'
import { passRole } from './role.ts'
import { each, onArn, onEverything, onFirst, onNamed, together } from './rule.ts'
import type { ServiceRules } from './rules.ts'

const byName = onFirst({ StreamName: onNamed('StreamName', 'stream/'), StreamARN: onArn('StreamARN', ['stream/']) })
const everyKind = ['stream/', 'channel/']

export const kinesisRules: ServiceRules = {
  operations: {
    ...each(
      'AddTagsToStream DecreaseStreamRetentionPeriod DeleteStream DescribeStream DescribeStreamSummary DisableEnhancedMonitoring EnableEnhancedMonitoring GetShardIterator IncreaseStreamRetentionPeriod ListShards ListTagsForStream MergeShards PutRecord PutRecords RemoveTagsFromStream SplitShard UpdateMaxRecordSize UpdateShardCount UpdateStreamWarmThroughput',
      onStream,
    ),
    ...each(
      'ListStreamConsumers UpdateStreamMode UpdateStreamRecordDistributionStrategy GetRecords',
      onArn('StreamARN', ['stream/']),
    ),
    ...each('DescribeAccountSettings DescribeLimits ListChannels ListStreams UpdateAccountSettings', onEverything),
    ...each(
      'DeleteResourcePolicy GetResourcePolicy PutResourcePolicy ListTagsForResource TagResource UntagResource',
      onArn('ResourceARN', everyKind),
    ),
    ...each('DeregisterStreamConsumer DescribeStreamConsumer SubscribeToShard', onArn('ConsumerARN', ['stream/'])),
    ...each('DeleteChannel DescribeChannel UpdateChannel', onArn('ChannelARN', ['channel/'])),
    ...each('StartStreamEncryption StopStreamEncryption', together(onStream, encrypting)),
    CreateStream: tagging(onNamed('StreamName', 'stream/'), 'kinesis:AddTagsToStream'),
    RegisterStreamConsumer: tagging(onArn('StreamARN', ['stream/']), 'kinesis:TagResource'),
    CreateChannel: together(onNamed('ChannelName', 'channel/'), (call) =>
      passRole(call, neededText(call, 'ServiceExecutionRoleARN'), 'kinesis.amazonaws.com'),
    ),
  },
}

/** A stream by its name, its ARN, or both where they agree. */
function onStream(call: Call): readonly Ask[] {
  const { StreamName: name, ...rest } = call.input
  if (typeof name !== 'string' || typeof rest['StreamARN'] !== 'string') return byName(call)
  const asks = byName({ ...call, input: rest })
  if (asks.some(({ resource }) => !resource.endsWith(`:stream/${name}`))) return byName(call)
  return asks
}

function tagging(rule: (call: Call) => readonly Ask[], action: string) {
  return (call: Call): readonly Ask[] => {
    const asks = rule(call)
    return (call.input['Tags'] ?? undefined) === undefined ? asks : asks.flatMap((ask) => [ask, { ...ask, action }])
  }
}

/** QUIRK: the key is decided on as a resource of the same action, a key of AWS's own excepted. */
function encrypting(call: Call): readonly Ask[] {
  const key = neededText(call, 'KeyId')
  return key === 'alias/aws/kinesis' ? [] : [keyAsk(call, key, { action: call.operation.name })]
}
