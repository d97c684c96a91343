/**
 * Values under texts, found by what a text begins with.
 * Cost: a look-up is linear in the text, however many values there are.
 */
export interface PrefixTree<T> {
  /** What leads here from the node above. */
  label: string
  readonly values: T[]
  children: Map<number, PrefixTree<T>> | undefined
}

export function prefixTree<T>(): PrefixTree<T> {
  return { label: '', values: [], children: undefined }
}

/** Puts a value under a text. */
export function plant<T>(tree: PrefixTree<T>, text: string, value: T): void {
  let node = tree
  let at = 0
  while (at < text.length) {
    node.children ??= new Map()
    const child: PrefixTree<T> | undefined = node.children.get(text.charCodeAt(at))
    if (child === undefined) {
      const leaf: PrefixTree<T> = { label: text.slice(at), values: [], children: undefined }
      node.children.set(text.charCodeAt(at), leaf)
      node = leaf
      break
    }
    const common = commonLength(child.label, text, at)
    if (common < child.label.length) split(child, common)
    node = child
    at += common
  }
  node.values.push(value)
}

/** The next node down that the text still begins with, from an offset on. */
export function below<T>(node: PrefixTree<T>, text: string, at: number): PrefixTree<T> | undefined {
  if (node.children === undefined || at >= text.length) return undefined
  const child = node.children.get(text.charCodeAt(at))
  return child?.label !== undefined && text.startsWith(child.label, at) ? child : undefined
}

/** The lower half takes over what the node had. */
function split<T>(node: PrefixTree<T>, at: number): void {
  const lower: PrefixTree<T> = {
    label: node.label.slice(at),
    values: node.values.splice(0),
    children: node.children,
  }
  node.label = node.label.slice(0, at)
  node.children = new Map([[lower.label.charCodeAt(0), lower]])
}

function commonLength(label: string, text: string, from: number): number {
  let length = 0
  while (length < label.length && label.charCodeAt(length) === text.charCodeAt(from + length)) length++
  return length
}
