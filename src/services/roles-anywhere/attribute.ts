import type { AttributeMapping, Tag } from '#store'
import type { Certificate, NamePart } from './certificate.ts'

/** The session tags that a profile's mappings make of a certificate, or what cannot become a tag. */
export type Mapped = { readonly tags: readonly Tag[] } | { readonly failed: string }

/** What profiles map when they are made. */
export const usualMappings: readonly AttributeMapping[] = [
  { field: 'x509Issuer', specifiers: ['*'] },
  { field: 'x509SAN', specifiers: ['DNS', 'URI', 'Name/*'] },
  { field: 'x509Subject', specifiers: ['*'] },
]

const mostTags = 50

/** Source: IAM Roles Anywhere, "Certificate attribute mapping". */
export function mappedTags(certificate: Certificate, mappings: readonly AttributeMapping[]): Mapped {
  const failed: Record<string, string[]> = { x509Issuer: [], x509Subject: [], x509SAN: [] }
  const tags = new Map<string, Tag>()
  for (const { field, specifiers } of mappings)
    for (const [name, value] of attributesOf(certificate, field)) {
      if (!specifiers.some((specifier) => covers(specifier, name))) continue
      const tag = { key: `${field}/${name}`, value }
      if (!taggable(tag)) failed[field]?.push(name)
      tags.set(tag.key.toLowerCase(), tag)
    }
  const list = (field: string) => `[ ${(failed[field] ?? []).join(', ')} ]`
  if (Object.values(failed).some((names) => names.length > 0))
    return {
      failed: `Some attributes failed to be mapped into session tags. Issuer: ${list('x509Issuer')}; Subject: ${list('x509Subject')}; SAN: ${list('x509SAN')}`,
    }
  if (tags.size > mostTags) return { failed: `The certificate has more than ${mostTags} attributes to be mapped.` }
  return { tags: [...tags.values()] }
}

/** `*` is every part of a name, `DNS/*` every name of a kind; anything else is the attribute of that name. */
function covers(specifier: string, name: string): boolean {
  if (specifier === '*') return true
  if (!specifier.endsWith('/*')) return specifier === name
  const kind = specifier.slice(0, -2)
  return name === kind || name.startsWith(`${kind}/`)
}

type Attributes = readonly (readonly [name: string, value: string])[]

function attributesOf({ subjectParts, issuerParts, alternatives }: Certificate, field: string): Attributes {
  if (field === 'x509Subject') return partsOf(subjectParts)
  if (field === 'x509Issuer') return partsOf(issuerParts)
  const { dns, uri, names } = alternatives
  const [name = []] = names
  return [
    ...numbered(dns.map((value) => ['DNS', value] as const)),
    ...numbered(uri.map((value) => ['URI', value] as const)),
    ...partsOf(name).map(([part, value]) => [`Name/${part}`, value] as const),
  ]
}

function partsOf(parts: readonly NamePart[]): Attributes {
  return numbered(parts.map(({ type, value }) => [type, value] as const))
}

/** The second of several attributes of one name is `OU/1`, and so on. */
function numbered(attributes: Attributes): Attributes {
  const counts = new Map<string, number>()
  return attributes.map(([name, value]) => {
    const count = counts.get(name) ?? 0
    counts.set(name, count + 1)
    return [count === 0 ? name : `${name}/${count}`, value]
  })
}

/** What the security token service takes for a session tag. */
function taggable({ key, value }: Tag): boolean {
  return /^[\p{L}\p{Z}\p{N}_.:/=+\-@]{1,128}$/u.test(key) && /^[\p{L}\p{Z}\p{N}_.:/=+\-@]{0,256}$/u.test(value)
}
