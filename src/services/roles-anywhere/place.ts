import type { RegionalPlace, RegionalTable, Tables, Tag } from '#store'
import type { Scope, Touched, World } from '../operation.ts'
import { type Kind, regionalArn } from './arn.ts'

interface Tagged extends RegionalPlace {
  readonly tags: readonly Tag[]
}

const words: Readonly<Record<Kind, string>> = {
  'trust-anchor': 'Trust anchor',
  profile: 'Profile',
  crl: 'CRL',
  subject: 'Subject',
}

/** Where a caller looks: its account, and the region that it signs for. */
export function placeOf({ account, caller }: Pick<Scope, 'account' | 'caller'>): RegionalPlace {
  return { account, region: caller.region }
}

/** A resource by its id, for the decision; one that is not there has no tags. */
export async function touchedById(kind: Kind, id: string, scope: Scope): Promise<Touched> {
  const place = placeOf(scope)
  const found = await tableOf(kind, scope.tables).byId(place, id)
  return { arn: regionalArn(kind, place, id), ...(found === undefined ? {} : { tags: found.tags }) }
}

/** What a table has under an id. Errors: `ResourceNotFoundException`. */
export async function existing<E extends RegionalPlace>(
  found: Promise<E | undefined>,
  { kind, id }: { readonly kind: Kind; readonly id: string },
  { fault }: World<'ResourceNotFoundException'>,
): Promise<E> {
  const entity = await found
  if (entity !== undefined) return entity
  throw fault('ResourceNotFoundException', `${words[kind]} ${id} was not found.`)
}

/** The table of a kind, of which only tags are asked. */
export function tableOf(kind: Kind, tables: Tables): Pick<RegionalTable<Tagged>, 'byId'> {
  if (kind === 'trust-anchor') return tables.trustAnchors
  if (kind === 'profile') return tables.rolesAnywhereProfiles
  return kind === 'crl' ? tables.certificateLists : tables.subjects
}

/** Changes the tags of a resource of any kind. Gives: `false` when it is not there. */
export async function retag(
  { kind, id, ...place }: RegionalPlace & { readonly kind: Kind; readonly id: string },
  tables: Tables,
  change: (tags: readonly Tag[]) => readonly Tag[],
): Promise<boolean> {
  const within = async <E extends Tagged>(table: RegionalTable<E>) => {
    const found = await table.byId(place, id)
    return found !== undefined && table.update({ ...found, tags: change(found.tags) })
  }
  if (kind === 'trust-anchor') return within(tables.trustAnchors)
  if (kind === 'profile') return within(tables.rolesAnywhereProfiles)
  return kind === 'crl' ? within(tables.certificateLists) : within(tables.subjects)
}
