import type { Sieve } from './sieve.ts'

/**
 * Values under texts, found by what a text begins with.
 * Cost: a look-up is linear in the text, however many values there are.
 */
export interface PrefixTree<T> {
  /** What leads here from the node above. */
  label: string
  values: T[]
  /** What tells which of many values may be meant, once it was asked for. */
  sieve: Sieve | undefined
  /** Nodes below, by the first unit of their label less `base`. */
  children: (PrefixTree<T> | undefined)[]
  base: number
  /** Nodes below whose label begins outside ASCII. */
  others: Map<number, PrefixTree<T>> | undefined
}

/** Takes: what leads to it, and its first values. */
export function prefixTree<T>(label = '', values: T[] = []): PrefixTree<T> {
  return { label, values, sieve: undefined, children: none, base: 0, others: undefined }
}

/** Shared by all nodes without children; never written to. */
const none: undefined[] = []

/** Puts a value under a text. */
export function plant<T>(tree: PrefixTree<T>, text: string, value: T): void {
  let node = tree
  let at = 0
  while (at < text.length) {
    const child = childOf(node, text.charCodeAt(at))
    if (child === undefined) {
      adopt(node, prefixTree(text.slice(at), [value]))
      return
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
  const child = childOf(node, text.charCodeAt(at))
  return child !== undefined && text.startsWith(child.label, at) ? child : undefined
}

function childOf<T>(node: PrefixTree<T>, unit: number): PrefixTree<T> | undefined {
  if (unit > 127) return node.others?.get(unit)
  const index = unit - node.base
  return index >= 0 && index < node.children.length ? node.children[index] : undefined
}

function adopt<T>(node: PrefixTree<T>, child: PrefixTree<T>): void {
  const unit = child.label.charCodeAt(0)
  if (unit > 127) {
    node.others ??= new Map()
    node.others.set(unit, child)
    return
  }
  if (node.children.length === 0) {
    node.base = unit
    node.children = [child]
    return
  }
  for (; unit < node.base; node.base--) node.children.unshift(undefined)
  while (node.children.length <= unit - node.base) node.children.push(undefined)
  node.children[unit - node.base] = child
}

/** The lower half takes over what the node had. */
function split<T>(node: PrefixTree<T>, at: number): void {
  const { children, base, others } = node
  const lower: PrefixTree<T> = {
    label: node.label.slice(at),
    values: node.values,
    sieve: undefined,
    children,
    base,
    others,
  }
  node.label = node.label.slice(0, at)
  node.values = []
  node.children = none
  node.others = undefined
  adopt(node, lower)
}

function commonLength(label: string, text: string, from: number): number {
  let length = 0
  while (length < label.length && label.charCodeAt(length) === text.charCodeAt(from + length)) length++
  return length
}
