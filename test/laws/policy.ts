import { conditionOf } from './condition.ts'
import type { Caller } from './request.ts'
import type { Tape } from './tape.ts'

export type PolicyKind =
  | 'identity'
  | 'resource'
  | 'trust'
  | 'permissionsBoundary'
  | 'session'
  | 'scp'
  | 'rcp'
  | 'vpcEndpoint'

/** A document with every list written out. */
export interface Policy {
  readonly Version?: string
  readonly Statement: readonly Statement[]
}

export interface Statement {
  readonly Effect: 'Allow' | 'Deny'
  readonly Principal?: '*' | PrincipalMap
  readonly NotPrincipal?: PrincipalMap
  readonly Action?: readonly string[]
  readonly NotAction?: readonly string[]
  readonly Resource?: readonly string[]
  readonly NotResource?: readonly string[]
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>
}

type PrincipalMap = Readonly<Record<string, readonly string[]>>

/** What a policy is written for, so that it meets the request often. */
export interface Scene {
  readonly principal: Caller
  readonly action: string
  readonly resource: string
  readonly trust: boolean
}

export function policyOf(tape: Tape, scene: Scene, kind: PolicyKind): Policy {
  const version = tape.pick(['2012-10-17', '2012-10-17', '2012-10-17', '2012-10-17', '2008-10-17', undefined])
  const open = kind === 'identity' || kind === 'resource' || kind === 'trust' ? tape.once(3) : !tape.once(4)
  const statements = [
    ...(open ? [openStatement(kind)] : []),
    ...tape.list(open ? 0 : 1, 2, () => statementOf(tape, scene, kind)),
  ]
  return { ...(version === undefined ? {} : { Version: version }), Statement: statements }
}

const withPrincipal: readonly PolicyKind[] = ['resource', 'trust', 'rcp', 'vpcEndpoint']

function openStatement(kind: PolicyKind): Statement {
  return {
    Effect: 'Allow',
    ...(withPrincipal.includes(kind) ? { Principal: '*' } : {}),
    Action: ['*'],
    ...(kind === 'trust' ? {} : { Resource: ['*'] }),
  }
}

export function statementOf(tape: Tape, scene: Scene, kind: PolicyKind): Statement {
  const effect = kind === 'rcp' || tape.once(4) ? 'Deny' : 'Allow'
  return {
    Effect: effect,
    ...(withPrincipal.includes(kind) ? principalPart(tape, scene, kind, effect) : {}),
    ...actionPart(tape, scene, kind),
    ...(kind === 'trust' ? {} : resourcePart(tape, scene, kind)),
    ...(tape.once(2) ? { Condition: conditionOf(tape) } : {}),
  }
}

function principalPart(tape: Tape, scene: Scene, kind: PolicyKind, effect: Statement['Effect']): Partial<Statement> {
  if (kind === 'rcp') return { Principal: '*' }
  const excepts = kind !== 'trust' && effect === 'Deny' && tape.once(3)
  if (!excepts && tape.once(6)) return { Principal: '*' }
  const map: Record<string, string[]> = {}
  for (const [name, value] of tape.list(1, 2, () => principalEntry(tape, scene.principal))) {
    const list = map[name]
    if (list === undefined) map[name] = [value]
    else list.push(value)
  }
  return excepts ? { NotPrincipal: map } : { Principal: map }
}

/** Mostly one of the names of the caller. */
function principalEntry(tape: Tape, caller: Caller): readonly [string, string] {
  const account = caller.account ?? '111122223333'
  return tape.pick<readonly [string, string]>([
    ['AWS', caller.arn ?? '*'],
    ['AWS', account],
    ['AWS', `arn:aws:iam::${account}:root`],
    ['AWS', caller.roleArn ?? caller.userArn ?? account],
    ['AWS', caller.uniqueId ?? '*'],
    ['AWS', '*'],
    caller.service === undefined ? ['AWS', '111122223333'] : ['Service', caller.service],
    caller.provider === undefined ? ['AWS', '444455556666'] : ['Federated', caller.provider],
    ['AWS', 'arn:aws:iam::111122223333:user/alice'],
    ['AWS', 'arn:aws:iam::111122223333:role/app/reader'],
    ['Service', 'sns.amazonaws.com'],
  ])
}

function actionPart(tape: Tape, scene: Scene, kind: PolicyKind): Partial<Statement> {
  const list = tape.list(1, 2, () => actionPattern(tape, scene.action))
  return kind !== 'rcp' && tape.once(6) ? { NotAction: list } : { Action: list }
}

function actionPattern(tape: Tape, action: string): string {
  const [prefix = '', name = ''] = action.split(':')
  const fixed = tape.below(8)
  if (fixed === 0) return '*'
  if (fixed === 1) return action
  if (fixed === 2)
    return tape.pick(['s3:Get*', 's3:*Object', 'sqs:*', 'ec2:*', 's3:?etObject', '*:*', 's3express:*', 's3:*Obj*c*'])
  if (fixed === 3) return `${prefix.toUpperCase()}:*`
  return `${prefix}:${blurred(tape, name)}`
}

function resourcePart(tape: Tape, scene: Scene, kind: PolicyKind): Partial<Statement> {
  const list = tape.list(1, 2, () => resourcePattern(tape, scene.resource, kind))
  return tape.once(6) ? { NotResource: list } : { Resource: list }
}

const shortAllowed: readonly PolicyKind[] = ['identity', 'permissionsBoundary', 'resource', 'vpcEndpoint']

function resourcePattern(tape: Tape, resource: string, kind: PolicyKind): string {
  const choice = tape.below(10)
  const arn = resource === '*' ? 'arn:aws:s3:::home/alice' : resource
  if (choice <= 1) return '*'
  if (choice === 2) return plain(arn)
  if (choice === 3) return tape.pick(withVariables)
  if (choice === 4) return shortAllowed.includes(kind) ? tape.pick(incomplete) : plain(arn)
  if (choice === 5) return tape.pick(wild)
  const parts = plain(arn).split(':')
  const rest = parts.slice(5).join(':')
  if (choice === 6)
    return [...parts.slice(0, 3), blurred(tape, parts[3] ?? ''), blurred(tape, parts[4] ?? ''), rest].join(':')
  return [...parts.slice(0, 5), blurred(tape, rest)].join(':')
}

/** A document cannot hold every character that a request can. */
function plain(text: string): string {
  return text.replace(/[^\t\r\n -\u00ff]/gu, '?')
}

const withVariables = [
  'arn:aws:s3:::home/${aws:username}',
  'arn:aws:s3:::home/${AWS:USERNAME}*',
  'arn:aws:s3:::${aws:PrincipalTag/team}/*',
  "arn:aws:s3:::home/${aws:absent, 'alice'}",
  "arn:aws:s3:::home/${aws:username, '*'}",
  'arn:aws:s3:::home/${*}',
  'arn:aws:s3:::*/${aws:absent}',
  'arn:aws:s3:::home/${aws:TagKeys}',
  'arn:aws:s3:::home/${aws:username',
] as const
const incomplete = [
  'arn:aws:s3',
  'arn:aws:sqs:*',
  'arn:aws:s*',
  'arn:aws:kms:eu-west-1',
  'arn:aws:sqs:eu-west-1:111122223333',
  'arn:aws:s3:*:home/alice',
  'arn:*',
] as const
const wild = [
  'arn:aws:s3:::*',
  'arn:aws:sqs:*:*:jobs',
  'arn:aws:sqs:eu*:jobs:x',
  'arn:*:sqs:eu-*-1:1111*3333:jobs*',
  'arn:aws:s3:*:*:home*e',
  'arn:aws:sqs:e*1:?11122223333:*',
  'arn:aws:s3:::home?alice',
  'arn:aws:s3:::?/a',
] as const

/** Text with a run replaced by a star, or a character by a question mark or by another, or one too many. */
function blurred(tape: Tape, text: string): string {
  const at = tape.below(text.length + 1)
  const how = tape.below(5)
  if (how === 0) return `${text.slice(0, at)}*`
  if (how === 1) return `${text.slice(0, at)}*${text.slice(at + tape.below(4))}`
  if (how === 2) return `${text.slice(0, at)}?${text.slice(at + 1)}`
  if (how === 3) return `${text.slice(0, at)}*${text.slice(at + 1, at + 3)}*${tape.once(2) ? text.slice(at + 3) : ''}`
  return tape.once(2) ? `${text}x` : text
}
