import type { JsonNode } from './json.ts'
import { type Faults, membersOf, refuse, textOf } from './question.ts'
import type { Principal } from './request.ts'

/** Reads who asks. */
export function readPrincipal(node: JsonNode | undefined, faults: Faults): Principal | undefined {
  const type = node?.kind === 'object' ? node.members.find(({ key }) => key === 'type')?.value : undefined
  const kind = type?.kind === 'string' ? type.value : ''
  const names = isKind(kind) ? membersByType[kind] : undefined
  if (names === undefined) return refuse(faults, 'The type of a principal is one of those that there are.')
  const members = membersOf(node, 'principal', { faults, known: everyName })
  const texts: Record<string, string> = {}
  for (const name of names) {
    const member = members?.get(name)
    if (member === undefined && name === 'uniqueId') continue
    texts[name] = textOf(member, `The principal's ${name}`, faults) ?? ''
  }
  return faults.fault === undefined ? principalOf(kind, texts) : undefined
}

const membersByType = {
  user: ['arn', 'account', 'uniqueId'],
  assumedRole: ['arn', 'account', 'roleArn', 'uniqueId'],
  federatedUser: ['arn', 'account', 'userArn', 'uniqueId'],
  root: ['arn', 'account'],
  service: ['service'],
  webIdentity: ['provider'],
  saml: ['provider'],
  anonymous: [],
} as const satisfies Record<Principal['type'], readonly string[]>

/** What other kinds of callers have says nothing about this one. */
const everyName: readonly string[] = ['type', ...Object.values(membersByType).flat()]

function isKind(type: string): type is Principal['type'] {
  return Object.hasOwn(membersByType, type)
}

function principalOf(type: string, texts: Readonly<Record<string, string>>): Principal | undefined {
  const { arn = '', account = '', roleArn = '', userArn = '', service = '', provider = '', uniqueId } = texts
  const own = { arn, account, ...(uniqueId === undefined ? {} : { uniqueId }) }
  switch (type) {
    case 'user':
      return { type, ...own }
    case 'assumedRole':
      return { type, ...own, roleArn }
    case 'federatedUser':
      return { type, ...own, userArn }
    case 'root':
      return { type, arn, account }
    case 'service':
      return { type, service }
    case 'webIdentity':
    case 'saml':
      return { type, provider }
    case 'anonymous':
      return { type }
    default:
      return undefined
  }
}
