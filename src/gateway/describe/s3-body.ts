import { malformed, notCovered } from './refusal.ts'
import type { CopySource } from './s3-name.ts'
import { childOf, type Element, readXml, textOf, unreadable } from './xml.ts'

/** An object, or one version of it, that a body names. */
export type Doomed = Omit<CopySource, 'bucket'>

/** What the body of CreateBucket asks for. */
export interface BucketWishes {
  readonly location?: string
  readonly tags: readonly (readonly [key: string, value: string])[]
}

const mostKeys = 1_000

/**
 * The objects that DeleteObjects names.
 * Errors: `MalformedXML` (400) for none, for more than 1,000, and for keys that readers of XML could trim or leave out.
 */
export function doomedObjects(body: Uint8Array): readonly Doomed[] {
  const root = rootOf(body, 'Delete')
  const objects = root.children.filter(({ name }) => name === 'Object')
  if (objects.length === 0 || objects.length > mostKeys) throw unreadable()
  if (root.children.some(({ name }) => name !== 'Object' && name !== 'Quiet')) throw unreadable()
  return objects.map((object) => {
    const key = textOf(object, 'Key')
    const versionId = textOf(object, 'VersionId')
    if (key === undefined || key === '' || versionId === '') throw unreadable()
    if (key.trim() !== key || versionId?.trim() !== versionId)
      throw notCovered('s3:DeleteObjects', 'a key begins or ends with white space')
    return { key, ...(versionId !== undefined && { versionId }) }
  })
}

/** The tags of a `Tagging` body. */
export function tagsInBody(body: Uint8Array): readonly (readonly [key: string, value: string])[] {
  const set = childOf(rootOf(body, 'Tagging'), 'TagSet')
  if (set === undefined) throw unreadable()
  return tagsIn(set)
}

/** The tags of the header `x-amz-tagging`. Errors: `InvalidArgument` (400) for what is no form, and for a key that comes twice. */
export function tagsInHeader(value: string): readonly (readonly [key: string, value: string])[] {
  const tags = value.split('&').map((piece) => {
    const [key = '', ...rest] = piece.split('=')
    return [decoded(key), decoded(rest.join('='))] as const
  })
  if (value === '') return []
  if (new Set(tags.map(([key]) => key)).size < tags.length || tags.some(([key]) => key === '')) throw badTags()
  return tags
}

/** What CreateBucket asks for. Takes: an empty body asks for nothing. Errors: "not covered" for directory buckets. */
export function bucketWishes(body: Uint8Array): BucketWishes {
  if (body.length === 0) return { tags: [] }
  const root = rootOf(body, 'CreateBucketConfiguration')
  if (childOf(root, 'Location') !== undefined || childOf(root, 'Bucket') !== undefined)
    throw notCovered('s3:CreateBucket', 'directory buckets are not covered')
  const location = textOf(root, 'LocationConstraint')
  const tags = childOf(root, 'Tags')
  return { ...(location !== undefined && { location: location.trim() }), tags: tags === undefined ? [] : tagsIn(tags) }
}

/** The text of an element of a body that is one structure: `Mode` of `Retention`. */
export function bodyText(body: Uint8Array, root: string, name: string): string | undefined {
  return textOf(rootOf(body, root), name)?.trim()
}

/** The texts of elements under a list: `Field` of `OptionalFields`. */
export function bodyTexts(
  body: Uint8Array,
  list: readonly [root: string, list: string, item: string],
): readonly string[] {
  const found = childOf(rootOf(body, list[0]), list[1])
  return (found?.children ?? []).filter(({ name }) => name === list[2]).map(({ text }) => text.trim())
}

function tagsIn(set: Element): readonly (readonly [key: string, value: string])[] {
  const tags = set.children.map((tag) => {
    const key = textOf(tag, 'Key')
    if (tag.name !== 'Tag' || key === undefined) throw unreadable()
    return [key, textOf(tag, 'Value') ?? ''] as const
  })
  if (new Set(tags.map(([key]) => key)).size < tags.length) throw badTags()
  return tags
}

function rootOf(body: Uint8Array, name: string): Element {
  const root = readXml(body)
  if (root.name !== name) throw unreadable()
  return root
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '))
  } catch {
    throw badTags()
  }
}

function badTags() {
  return malformed('The tags of the request cannot be read in one way only.', { code: 'InvalidTag' })
}
