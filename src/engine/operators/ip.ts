import { no, yes } from '../truth.ts'
import { unparseable, type ValueTest } from './value-test.ts'

/** An address in a CIDR block of the same family; a bare address is a block of one (rule CI-1). */
export function ipAddress(values: readonly string[]): ValueTest {
  const blocks = values.map(blockOf).filter((block) => block !== undefined)
  return (value) => {
    const words = addressOf(value)
    if (words === undefined) return unparseable
    for (const block of blocks) if (contains(block, words)) return yes
    return no
  }
}

interface Block {
  readonly words: Words
  readonly bits: number
}

/** 16-bit words: two for IPv4, eight for IPv6. */
type Words = readonly number[]

function contains({ words, bits }: Block, address: Words): boolean {
  if (words.length !== address.length) return false
  for (let index = 0, left = bits; left > 0; index++, left -= 16) {
    const mask = left >= 16 ? 0xffff : (0xffff << (16 - left)) & 0xffff
    if ((((words[index] ?? 0) ^ (address[index] ?? 0)) & mask) !== 0) return false
  }
  return true
}

/** Gives: `undefined` for a text that is neither an address nor a block. */
export function blockOf(text: string): Block | undefined {
  const slash = text.indexOf('/')
  const words = addressOf(slash < 0 ? text : text.slice(0, slash))
  if (words === undefined) return undefined
  const longest = words.length * 16
  if (slash < 0) return { words, bits: longest }
  const length = text.slice(slash + 1)
  if (!/^(?:0|[1-9][0-9]{0,2})$/.test(length) || Number(length) > longest) return undefined
  return { words, bits: Number(length) }
}

/** Gives: `undefined` for names, zones, white space and octets with leading zeros (rule CI-2). */
export function addressOf(text: string): Words | undefined {
  if (text.length > 45) return undefined
  return text.includes(':') ? sixOf(text) : fourOf(text)
}

const fourForm = /^(0|[1-9][0-9]{0,2})\.(0|[1-9][0-9]{0,2})\.(0|[1-9][0-9]{0,2})\.(0|[1-9][0-9]{0,2})$/

function fourOf(text: string): Words | undefined {
  const found = fourForm.exec(text)
  if (found === null) return undefined
  const [a = 256, b = 256, c = 256, d = 256] = found.slice(1).map(Number)
  return a > 255 || b > 255 || c > 255 || d > 255 ? undefined : [a * 256 + b, c * 256 + d]
}

function sixOf(text: string): Words | undefined {
  const gap = text.indexOf('::')
  if (gap < 0) {
    const words = groupsOf(text, true)
    return words?.length === 8 ? words : undefined
  }
  const head = gap === 0 ? [] : groupsOf(text.slice(0, gap), false)
  const tail = gap + 2 === text.length ? [] : groupsOf(text.slice(gap + 2), true)
  if (head === undefined || tail === undefined || head.length + tail.length > 7) return undefined
  return [...head, ...new Array<number>(8 - head.length - tail.length).fill(0), ...tail]
}

/** Groups between colons; the last may be an IPv4 address where the whole address ends. */
function groupsOf(text: string, atEnd: boolean): Words | undefined {
  const words: number[] = []
  const groups = text.split(':')
  for (const [index, group] of groups.entries()) {
    if (atEnd && index === groups.length - 1 && group.includes('.')) {
      const four = fourOf(group)
      if (four === undefined) return undefined
      words.push(...four)
    } else if (/^[0-9a-fA-F]{1,4}$/.test(group)) words.push(Number.parseInt(group, 16))
    else return undefined
  }
  return words
}
