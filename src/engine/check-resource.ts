import { partsOf } from './arn.ts'
import type { Flaw } from './check.ts'
import type { Grammar } from './grammar.ts'

/** What AWS refuses in an entry of `Resource`. */
export function checkResource(entry: string, { incompleteArn, keptByIam }: Grammar): Flaw | undefined {
  if (entry === '*' || wellFormed.test(entry)) return undefined
  const parts = partsOf(entry)
  const incomplete = parts.length < 6
  const refused = incompleteArn === 'malformed' || (incompleteArn === 'malformedUnlessStar' && !entry.endsWith('*'))
  if (incomplete && refused) return incompleteFlaw(entry, parts.length)
  if (!keptByIam) return undefined
  if (parts.length === 1) return { complaint: 'arnFormat', names: [entry] }
  return arnFlaw(entry, parts)
}

/** Whole ARNs about which there is nothing to say. */
const wellFormed = /^arn:(?:aws|\*):(?:s3::|(?!iam:|s3:)[^:*?]+:[^:]*:)[^:]*:/

const partitions: ReadonlySet<string> = new Set([
  '*',
  'aws',
  'aws-cn',
  'aws-us-gov',
  'aws-iso',
  'aws-iso-b',
  'aws-iso-e',
  'aws-iso-f',
  'aws-eusc',
])

const iamPaths = [
  'user/',
  'federated-user/',
  'role/',
  'group/',
  'instance-profile/',
  'mfa/',
  'server-certificate/',
  'policy/',
  'sms-mfa/',
  'saml-provider/',
  'oidc-provider/',
  'report/',
  'access-report/',
  'delegation-request/',
]

/** Rule R-9: where ARNs must be whole, the document cannot be used. */
function incompleteFlaw(entry: string, parts: number): Flaw {
  const detail = 'An ARN has six parts here (R-9).'
  if (parts === 1) return { complaint: 'arnFormat', names: [entry], severity: 'grammar', detail }
  return { complaint: 'legacy', severity: 'grammar', detail }
}

function arnFlaw(entry: string, parts: readonly string[]): Flaw | undefined {
  const [arn = '', partition = '', service = '', region = '', , path] = parts
  if (arn !== 'arn') return { complaint: 'legacy', detail: 'An ARN begins with "arn:".' }
  if (!partitions.has(partition)) return { complaint: 'partition', names: [partition, entry] }
  if (service === '' || /[*?]/.test(service)) return { complaint: 'arnVendor' }
  if (service === 'iam' && path !== undefined && !isIamPath(path)) return { complaint: 'iamPath' }
  if (region === '' || region === '*') return undefined
  if (service === 'iam') return { complaint: 'iamRegion', names: [entry] }
  return service === 's3' ? { complaint: 's3Region', names: [entry] } : undefined
}

function isIamPath(path: string): boolean {
  return path === '*' || path === 'root' || iamPaths.some((start) => path.startsWith(start))
}
