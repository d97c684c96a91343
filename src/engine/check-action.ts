import type { Flaw } from './check.ts'

/** What AWS refuses in an entry of `Action` (rule D-12). Such an entry matches nothing. */
export function checkAction(pattern: string): Flaw | undefined {
  const colon = pattern.indexOf(':')
  if (colon < 0) return pattern === '*' ? undefined : { complaint: 'actionVendor' }
  if (pattern.includes(':', colon + 1)) return { complaint: 'actionColons' }
  const vendor = pattern.slice(0, colon)
  return /^[A-Za-z0-9.-]+$/.test(vendor) || pattern === '*:*' ? undefined : { complaint: 'vendor', names: [vendor] }
}
