import type { PolicyType } from './layers.ts'

/** What a type of policy lets a document say: the table of section 2.1. */
export interface Grammar {
  /** `everyone`: required, and `*` only. */
  readonly principal: 'forbidden' | 'required' | 'everyone'
  readonly notPrincipal: 'forbidden' | 'withDeny'
  readonly resource: 'required' | 'optional' | 'forbidden'
  readonly notAction: boolean
  /** Whether only the built-in Allow of everything may allow. */
  readonly builtInAllowOnly: boolean
  /** What an ARN with fewer than six parts is (rule R-9). */
  readonly incompleteArn: 'accepted' | 'malformed' | 'malformedUnlessStar'
  /** Whether IAM keeps such documents, and holds them to its own characters, Sids and ARNs. */
  readonly keptByIam: boolean
  /** Whether IAM takes only the version of 2012 when such a document is saved (rule D-2). */
  readonly newVersionOnly: boolean
}

const own: Grammar = {
  principal: 'forbidden',
  notPrincipal: 'forbidden',
  resource: 'required',
  notAction: true,
  builtInAllowOnly: false,
  incompleteArn: 'accepted',
  keptByIam: true,
  newVersionOnly: true,
}

const onResource: Grammar = {
  principal: 'required',
  notPrincipal: 'withDeny',
  resource: 'optional',
  notAction: true,
  builtInAllowOnly: false,
  incompleteArn: 'accepted',
  keptByIam: false,
  newVersionOnly: false,
}

export const grammars: Readonly<Record<PolicyType, Grammar>> = {
  identity: own,
  permissionsBoundary: own,
  session: { ...own, incompleteArn: 'malformed' },
  resource: onResource,
  trust: { ...onResource, notPrincipal: 'forbidden', resource: 'forbidden', keptByIam: true },
  vpcEndpoint: { ...onResource, resource: 'required' },
  scp: { ...own, incompleteArn: 'malformedUnlessStar', keptByIam: false, newVersionOnly: false },
  rcp: {
    ...onResource,
    principal: 'everyone',
    notPrincipal: 'forbidden',
    resource: 'required',
    notAction: false,
    builtInAllowOnly: true,
    incompleteArn: 'malformedUnlessStar',
  },
}
