import { surfaceNames } from '#models'
import { cloudtrailRules } from './cloudtrail.ts'
import { dynamodbRules } from './dynamodb.ts'
import { ec2Rules } from './ec2.ts'
import { eventsRules } from './events.ts'
import { kinesisRules } from './kinesis.ts'
import { kmsRules } from './kms.ts'
import { lambdaRules } from './lambda.ts'
import { logsRules } from './logs.ts'
import type { ServiceRules } from './rules.ts'
import { s3Rules } from './s3.ts'
import { secretsmanagerRules } from './secretsmanager.ts'
import { snsRules } from './sns.ts'
import { sqsRules } from './sqs.ts'
import { ssmRules } from './ssm.ts'
import { statesRules } from './states.ts'

/** What Cardea answers itself is never in front of it. */
const own: ReadonlySet<string> = new Set(['iam', 'sts'])

/** The services that the gateway can stand in front of. */
export const gatewayServices: readonly string[] = Object.freeze(surfaceNames.filter((name) => !own.has(name)))

const rules: Readonly<Record<string, ServiceRules>> = {
  cloudtrail: cloudtrailRules,
  dynamodb: dynamodbRules,
  ec2: ec2Rules,
  events: eventsRules,
  kinesis: kinesisRules,
  kms: kmsRules,
  lambda: lambdaRules,
  logs: logsRules,
  s3: s3Rules,
  secretsmanager: secretsmanagerRules,
  sns: snsRules,
  sqs: sqsRules,
  ssm: ssmRules,
  states: statesRules,
}

/** What is said of a service beside its data; nothing for one that is described by them alone. */
export function rulesOf(service: string): ServiceRules {
  return Object.hasOwn(rules, service) ? (rules[service] ?? {}) : {}
}
