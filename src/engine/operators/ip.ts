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
    const mask = (0xffff << Math.max(16 - left, 0)) & 0xffff
    if ((((words[index] ?? 0) ^ (address[index] ?? 0)) & mask) !== 0) return false
  }
  return true
}

/** Gives: `undefined` for a text that is neither an address nor a block. */
export function blockOf(text: string): Block | undefined {
  const [, address = '', length] = blockForm.exec(text) ?? []
  const words = addressOf(address)
  if (words === undefined) return undefined
  const longest = words.length * 16
  const bits = length === undefined ? longest : Number(length)
  return bits > longest ? undefined : { words, bits }
}

const blockForm = /^([^/]*)(?:\/(0|[1-9][0-9]{0,2}))?$/

/** Gives: `undefined` for names, zones, white space and octets with leading zeros (rule CI-2). */
export function addressOf(text: string): Words | undefined {
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
  const [before = '', after, more] = text.split('::')
  if (after === undefined) {
    const words = groupsOf(text, true)
    return words?.length === 8 ? words : undefined
  }
  const head = before === '' ? [] : groupsOf(before, false)
  const tail = after === '' ? [] : groupsOf(after, true)
  if (more !== undefined) return undefined
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
