import type { Credentials, Granted, GrantedInstance } from './granted.ts'
import type { Known } from './keeper.ts'

/** What instance metadata shows at a path: a text, or what lies below it. */
export type Leaf = string | Directory
export interface Directory {
  readonly [name: string]: Leaf | undefined
}

/** What the machine says of itself. */
export interface Machine {
  readonly hostname: string
  /** Absent: it has none. */
  readonly address?: string
}

/** What stands where a text is not to be had just now. */
export const unavailable = '\0unavailable'

/**
 * Makes what shows instance metadata, and shows the same as long as what is known stays.
 * Takes: the region of an agent that is no instance.
 */
export function metadataTrees(machine: Machine, region: string): (known: Known) => Directory {
  let shownLast: { readonly of: Known; readonly tree: Directory } | undefined
  return (known) => {
    const { of, tree } = shownLast ?? {}
    const same = of?.granted === known.granted && of?.last === known.last && of?.problem === known.problem
    if (tree !== undefined && same) return tree
    const made = metadataTree(known, machine, region)
    shownLast = { of: known, tree: made }
    return made
  }
}

/** All of instance metadata, of any version. */
function metadataTree(known: Known, machine: Machine, region: string): Directory {
  const { last } = known
  const instance = last?.instance
  const where = instance?.region ?? region
  const tags = instance?.tags ?? []
  const about = {
    hostname: machine.hostname,
    iam: iamTree(known),
    'instance-id': instance?.id,
    'local-hostname': machine.hostname,
    'local-ipv4': machine.address,
    placement: { 'availability-zone': `${where}a`, region: where },
    services: { domain: 'amazonaws.com', partition: 'aws' },
    tags: tags.length === 0 ? undefined : { instance: Object.fromEntries(tags.map(({ key, value }) => [key, value])) },
  }
  const identity = instance?.identity
  return {
    dynamic: identity && { 'instance-identity': identityTree(identity) },
    'meta-data': about,
  }
}

function identityTree({ document, signature, pkcs7 }: GrantedInstance['identity']): Directory {
  const message = wrapped(pkcs7, 64)
  return { document, pkcs7: message, rsa2048: message, signature: wrapped(signature, 76) }
}

/** Nothing is told of a role that the server took away. */
function iamTree(known: Known): Directory | undefined {
  const { last, granted, problem } = known
  if (last === undefined || gone.has(problem?.code ?? '')) return undefined
  const { instance, role } = last
  const info = instance && {
    Code: 'Success',
    LastUpdated: secondsOf(last.givenAt),
    InstanceProfileArn: instance.profile.arn,
    InstanceProfileId: instance.profile.id,
  }
  return {
    info: info && documentOf(info),
    'security-credentials': { [role.name]: granted === undefined ? refusalOf(known) : shown(granted) },
  }
}

const gone = new Set(['InstanceProfileNotFound', 'InvalidInstanceID.NotFound', 'InvalidInstanceProof'])

function shown({ credentials, givenAt }: Granted): string {
  return documentOf({ Code: 'Success', LastUpdated: secondsOf(givenAt), Type: 'AWS-HMAC', ...told(credentials) })
}

/** Credentials in the names of instance metadata and of container credentials. */
export function told({ accessKeyId, secretAccessKey, sessionToken, expiresAt }: Credentials) {
  return {
    AccessKeyId: accessKeyId,
    SecretAccessKey: secretAccessKey,
    Token: sessionToken,
    Expiration: secondsOf(expiresAt),
  }
}

/** EC2 answers with a document that says why, when the server refuses. */
function refusalOf({ problem, last }: Known): string {
  if (problem?.final !== true) return unavailable
  return documentOf({
    Code: problem.code,
    Message: problem.message,
    LastUpdated: secondsOf(last?.givenAt ?? 0),
  })
}

function documentOf(value: Readonly<Record<string, string>>): string {
  const lines = Object.entries(value).map(([name, text]) => `  ${JSON.stringify(name)} : ${JSON.stringify(text)}`)
  return `{\n${lines.join(',\n')}\n}`
}

export function secondsOf(at: number): string {
  return `${new Date(at).toISOString().slice(0, 19)}Z`
}

/** Base64 in lines, as EC2 shows it. */
function wrapped(base64: string, width: number): string {
  const lines: string[] = []
  for (let at = 0; at < base64.length; at += width) lines.push(base64.slice(at, at + width))
  return lines.join('\n')
}
