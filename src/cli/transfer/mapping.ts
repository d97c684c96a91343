import { exitCode, Stop } from '../stop.ts'
import { documentValue } from './document.ts'

/** Other names for what a file tells. */
export interface Mapping {
  /** Accounts by the ids that the file has. */
  readonly accounts: ReadonlyMap<string, string>
  /** ARNs and unique ids, as policies name them. */
  readonly names: ReadonlyMap<string, string>
}

/** Reads `OLD=NEW`, each an account id, an ARN or a unique id. Errors: `Stop`. */
export function mappingOf(pairs: readonly string[]): Mapping {
  const accounts = new Map<string, string>()
  const names = new Map<string, string>()
  for (const pair of pairs) {
    const [, old = '', other = ''] = /^([^=]+(?:=[^=]+)*?)=((?:arn:|\d|A[A-Z]{3}).+)$/.exec(pair) ?? []
    const account = /^\d{12}$/.test(old)
    if (old === '' || account !== /^\d{12}$/.test(other))
      throw new Stop(
        exitCode.usage,
        `--map ${pair}: write it as OLD=NEW, both account ids, or both names (ARNs or unique ids) of principals.`,
      )
    const map = account ? accounts : names
    map.set(old, other)
  }
  return { accounts, names }
}

/** The value with every document as an object, and with the other names; keys stay. */
export function mapped(value: unknown, mapping: Mapping): unknown {
  return walk(value, { mapping, inDocument: false })
}

interface Walk {
  readonly mapping: Mapping
  readonly inDocument: boolean
}

function walk(value: unknown, at: Walk): unknown {
  if (typeof value === 'string') return renamed(value, at)
  if (Array.isArray(value)) return value.map((item) => walk(item, at))
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).map(([key, inner]: [string, unknown]) => {
    const isDocument = !at.inDocument && /Document$/.test(key)
    const read = isDocument && typeof inner === 'string' ? (documentValue(inner) ?? inner) : inner
    return [key, walk(read, isDocument ? { ...at, inDocument: true } : at)] as const
  })
  return Object.fromEntries(entries)
}

function renamed(text: string, { mapping, inDocument }: Walk): string {
  const other = inDocument ? mapping.names.get(text) : undefined
  if (other !== undefined) return other
  if (mapping.accounts.size === 0) return text
  const whole = mapping.accounts.get(text)
  if (whole !== undefined) return whole
  return text.replace(
    /(\barn:[^:\s]*:[^:\s]*:[^:\s]*:)(\d{12})(?=:)/g,
    (_, before: string, account: string) => `${before}${mapping.accounts.get(account) ?? account}`,
  )
}
