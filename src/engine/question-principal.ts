import type { JsonNode } from './json.ts'
import { type Faults, membersOf, refuse, textOf } from './question.ts'
import type { Principal } from './request.ts'

/** Reads who asks. */
export function readPrincipal(node: JsonNode | undefined, faults: Faults): Principal | undefined {
  const type = node?.kind === 'object' ? node.members.find(({ key }) => key === 'type')?.value : undefined
  const kind = type?.kind === 'string' && isKind(type.value) ? type.value : undefined
  if (kind === undefined) return refuse(faults, 'The type of a principal is one of those that there are.')
  const members = membersOf(node, 'principal', { faults, known: everyName })
  const texts: Record<string, string> = {}
  for (const name of membersByType[kind]) {
    const member = members?.get(name)
    if (member === undefined && name === 'uniqueId') continue
    const text = textOf(member, `The principal's ${name}`, faults)
    if (text === undefined) return undefined
    texts[name] = text
  }
  return principalOf(kind, texts)
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

function principalOf(type: Principal['type'], texts: Readonly<Record<string, string>>): Principal {
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
  }
}
