/** Written by `tools/surface.ts`: the services whose interface the gateway can read. */
export const surfaceNames: readonly string[] = Object.freeze([
  'cloudtrail',
  'dynamodb',
  'ec2',
  'events',
  'iam',
  'kinesis',
  'kms',
  'lambda',
  'logs',
  's3',
  'secretsmanager',
  'sns',
  'sqs',
  'ssm',
  'states',
  'sts',
])
