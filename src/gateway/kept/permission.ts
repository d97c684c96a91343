import { textIn, textsIn } from '../describe/call.ts'
import { checkedPolicy, hasStatement, withoutStatement, withStatement } from './document.ts'
import { absent, needed, revisionOf } from './json.ts'
import { empty, json, type KeptCall, type KeptOperation } from './operation.ts'

type Operations = Readonly<Record<string, KeptOperation>>

/** The policies of functions, one statement a permission. Source: AWS Lambda API Reference. */
export const lambdaKept: Operations = {
  AddPermission(call) {
    const { kept } = call
    const statement = functionStatement(call)
    const { Sid } = statement
    if (hasStatement(kept?.policy, Sid))
      throw absent('ResourceConflictException', `The statement id (${Sid}) provided already exists.`, 409)
    const policy = withStatement(kept?.policy, statement)
    checkedPolicy(policy, { code: 'InvalidParameterValueException' })
    return { policy, answer: json(call, { Statement: JSON.stringify(statement) }, 201) }
  },
  RemovePermission(call) {
    const policy = withoutStatement(call.kept?.policy, needed(call, 'StatementId', 'InvalidParameterValueException'))
    if (policy === undefined) throw noSuchFunctionPolicy()
    return { policy, answer: json(call, {}, 204) }
  },
  GetPolicy(call) {
    const Policy = call.kept?.policy
    if (Policy === undefined) throw noSuchFunctionPolicy()
    return { answer: json(call, { Policy, RevisionId: revisionOf(Policy) }) }
  },
}

function noSuchFunctionPolicy() {
  return absent('ResourceNotFoundException', 'The resource you requested does not exist.', 404)
}

function functionStatement(call: KeptCall) {
  const code = 'InvalidParameterValueException'
  const text = (name: string) => textIn(call.input, name)
  const who = needed(call, 'Principal', code)
  const equals = {
    ...(text('SourceAccount') && { 'AWS:SourceAccount': text('SourceAccount') }),
    ...(text('PrincipalOrgID') && { 'aws:PrincipalOrgID': text('PrincipalOrgID') }),
    ...(text('EventSourceToken') && { 'lambda:EventSourceToken': text('EventSourceToken') }),
    ...(text('FunctionUrlAuthType') && { 'lambda:FunctionUrlAuthType': text('FunctionUrlAuthType') }),
  }
  const condition = {
    ...(Object.keys(equals).length > 0 && { StringEquals: equals }),
    ...(text('SourceArn') && { ArnLike: { 'AWS:SourceArn': text('SourceArn') } }),
  }
  const isService = /^[a-z0-9.-]+\.(?:amazonaws\.com|amazon\.com)$/.test(who)
  return {
    Sid: needed(call, 'StatementId', code),
    Effect: 'Allow',
    Principal: who === '*' ? '*' : isService ? { Service: who } : { AWS: accountArn(who) },
    Action: needed(call, 'Action', code),
    Resource: call.arn,
    ...(Object.keys(condition).length > 0 && { Condition: condition }),
  }
}

function accountArn(who: string): string {
  return /^\d{12}$/.test(who) ? `arn:aws:iam::${who}:root` : who
}

/** The permissions of queues. Source: Amazon SQS API Reference. */
export const sqsKept = labelled('http://queue.amazonaws.com/doc/2012-11-05/', {
  service: 'sqs',
  accounts: 'AWSAccountIds',
  actions: 'Actions',
})

/** The permissions of topics. Source: Amazon SNS API Reference. */
export const snsKept = labelled('http://sns.amazonaws.com/doc/2010-03-31/', {
  service: 'sns',
  accounts: 'AWSAccountId',
  actions: 'ActionName',
})

interface Named {
  readonly service: string
  readonly accounts: string
  readonly actions: string
}

/** The two operations that queues and topics have alike. */
function labelled(namespace: string, { service, accounts, actions }: Named): Operations {
  const code = 'InvalidParameterValue'
  return {
    AddPermission(call) {
      const { input, kept, arn } = call
      const Sid = needed(call, 'Label', code)
      if (hasStatement(kept?.policy, Sid))
        throw absent(code, `Value ${Sid} for parameter Label is invalid. Reason: Already exists.`)
      const ids = textsIn(input, accounts)
      const names = textsIn(input, actions)
      if (ids.length === 0 || !ids.every((id) => /^\d{12}$/.test(id)))
        throw absent(code, `${accounts} must hold accounts.`)
      if (names.length === 0) throw absent(code, `${actions} must hold actions.`)
      const statement = {
        Sid,
        Effect: 'Allow',
        Principal: { AWS: ids.map(accountArn) },
        Action: names.map((name) => `${service}:${name}`),
        Resource: arn,
      }
      const policy = withStatement(kept?.policy, statement)
      checkedPolicy(policy, { code })
      return { policy, answer: empty(call, namespace) }
    },
    RemovePermission(call) {
      const label = needed(call, 'Label', code)
      const policy = withoutStatement(call.kept?.policy, label)
      if (policy === undefined)
        throw absent(code, `Value ${label} for parameter Label is invalid. Reason: can't find label.`)
      return { policy, answer: empty(call, namespace) }
    },
  }
}
