import type { Tag } from '../entity.ts'

/** The properties of `T`, each with its value or `null`. */
type Nullable<T> = { readonly [Key in keyof T]: Exclude<T[Key], undefined> | null }

/** The properties that have a value. */
type Present<T> = { [Key in keyof T]?: Exclude<T[Key], null> }

/** Leaves out the columns that are null, as entities do. */
export function present<T extends Readonly<Record<string, unknown>>>(columns: T): Present<T> {
  // Only the keys whose value is not null are left.
  return Object.fromEntries(Object.entries(columns).filter(([, value]) => value !== null)) as Present<T>
}

/** Puts null where an entity leaves a property out, as columns do. */
export function nullable<T extends Readonly<Record<string, unknown>>>(properties: T): Nullable<T> {
  // The keys stay; only `undefined` becomes null.
  return Object.fromEntries(Object.entries(properties).map(([key, value]) => [key, value ?? null])) as Nullable<T>
}

export function tagsOf(text: string): readonly Tag[] {
  // Only `textOfTags` writes the column.
  return text === '[]' ? [] : (JSON.parse(text) as readonly Tag[])
}

export function textOfTags(tags: readonly Tag[]): string {
  return JSON.stringify(tags.map(({ key, value }) => ({ key, value })))
}
