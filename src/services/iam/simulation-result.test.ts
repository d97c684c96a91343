import assert from 'node:assert/strict'
import { test } from 'node:test'
import { PolicySourceType, SimulateCustomPolicyCommand } from '@aws-sdk/client-iam'
import { openFrontDoor } from '../../../test/front-door.ts'

test('statements are of an "IAM Policy" or a "Resource Policy", words that the enumeration of the SDK does not have', async () => {
  const door = await openFrontDoor()
  const policy = (more: object) =>
    JSON.stringify({ Version: '2012-10-17', Statement: { Effect: 'Allow', Action: '*', Resource: '*', ...more } })
  const { EvaluationResults } = await door.iam.send(
    new SimulateCustomPolicyCommand({
      PolicyInputList: [policy({})],
      ResourcePolicy: policy({ Principal: '*' }),
      CallerArn: `arn:aws:iam::${door.account}:user/ada`,
      ActionNames: ['s3:GetObject'],
    }),
  )
  await door.close()
  const told = EvaluationResults?.[0]?.MatchedStatements?.map((one) => [one.SourcePolicyId, `${one.SourcePolicyType}`])
  assert.deepEqual(
    new Map(told as [string, string][]),
    new Map([
      ['PolicyInputList.1', 'IAM Policy'],
      ['ResourcePolicy', 'Resource Policy'],
    ]),
  )
  const listed: readonly string[] = Object.values(PolicySourceType)
  assert.ok(!listed.includes('IAM Policy') && !listed.includes('Resource Policy'))
})
