import { lookup as resolve } from 'node:dns'
import { type IncomingMessage, request as requestPlain } from 'node:http'
import { request as requestTls } from 'node:https'
import { BlockList, isIP, type LookupFunction } from 'node:net'
import type { Failed, Fetch, Fetched } from '#services'

export interface ReachSettings {
  /**
   * Origins (`http://127.0.0.1:4000`) that may be reached at private addresses, and without TLS where they say so.
   * All others are reached at public addresses and with TLS only.
   */
  readonly local: readonly string[]
  /** Milliseconds for a whole answer. Default: 5 s. */
  readonly timeout?: number
  /** Bytes of a document. Default: 256 KiB. */
  readonly most?: number
}

/**
 * Makes what fetches documents of identity providers, whose addresses strangers may have chosen.
 * It connects to the very address that it checked, follows no redirect, sends nothing but the path, and reads so much and
 * waits so long at most.
 */
export function createReach({ local, timeout = 5000, most = 262_144 }: ReachSettings): Fetch {
  const origins = new Set(local.map((url) => URL.parse(url)?.origin))
  return async (text) => {
    const url = URL.parse(text)
    if (url === null) return broken(`${text.slice(0, 200)} is no URL`)
    const isLocal = origins.has(url.origin)
    const refusal = refusalOf(url, isLocal)
    if (refusal !== undefined) return broken(`${url.href} ${refusal}`)
    const answer = await answerOf(url, { isLocal, timeout, most })
    return answer instanceof Uint8Array ? jsonIn(answer, url) : answer
  }
}

function refusalOf(url: URL, isLocal: boolean): string | undefined {
  if (url.protocol !== 'https:' && !(isLocal && url.protocol === 'http:')) return 'is not https'
  if (url.username !== '' || url.password !== '') return 'carries credentials'
  const host = url.hostname.replace(/^\[|\]$/g, '')
  return isIP(host) !== 0 && !isLocal && !isPublic(host) ? 'is a private address' : undefined
}

interface Limits {
  readonly isLocal: boolean
  readonly timeout: number
  readonly most: number
}

function answerOf(url: URL, { isLocal, timeout, most }: Limits): Promise<Uint8Array | Failed> {
  return new Promise((tell) => {
    const send = url.protocol === 'https:' ? requestTls : requestPlain
    const options = {
      // INVARIANT: no connection is used again, so each goes to an address that was checked.
      agent: false,
      headers: { accept: 'application/json' },
      ...(isLocal ? {} : { lookup: lookupPublic }),
      signal: AbortSignal.timeout(timeout),
    }
    const sent = send(url, options, (response) => {
      received(response, most).then(tell, (cause: Error) => tell(passing(`${url.href} broke off: ${cause.message}`)))
    })
    sent.on('error', (cause: Error & { code?: string }) => {
      if (cause.code === privateAddress) return tell(broken(`${url.href} leads to a private address: ${cause.message}`))
      const why =
        cause.name === 'AbortError' || cause.name === 'TimeoutError' ? `no answer within ${timeout} ms` : cause.message
      tell(passing(`${url.href} is not reached: ${why}`))
    })
    sent.end()
  })
}

async function received(response: IncomingMessage, most: number): Promise<Uint8Array | Failed> {
  const { statusCode = 0 } = response
  if (statusCode !== 200) {
    response.destroy()
    const why = `the identity provider answers with status ${statusCode}`
    return statusCode >= 500 || statusCode === 429 ? passing(why) : broken(why)
  }
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of response as AsyncIterable<Uint8Array>) {
    size += chunk.length
    if (size > most) {
      response.destroy()
      return broken(`the identity provider's document is larger than ${most} bytes`)
    }
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

function jsonIn(bytes: Uint8Array, { href }: URL): Fetched {
  try {
    return { value: JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)) }
  } catch {
    return broken(`${href} is not JSON`)
  }
}

const privateAddress = 'EPRIVATE'

/** Resolves a name, and gives only addresses that are public; the socket then connects to those. */
const lookupPublic: LookupFunction = (name, options, tell) => {
  resolve(name, { ...options, all: true }, (cause, found) => {
    if (cause !== null) return tell(cause, '', 0)
    const open = found.filter(({ address }) => isPublic(address))
    const [first] = open
    if (first === undefined) {
      const where = found.map(({ address }) => address).join(', ')
      return tell(Object.assign(new Error(`${name} is ${where}`), { code: privateAddress }), '', 0)
    }
    return options.all === true ? tell(null, open) : tell(null, first.address, first.family)
  })
}

/** Whether an address belongs to everybody's internet. Source: the IANA registries of special-purpose addresses. */
export function isPublic(address: string): boolean {
  if (isIP(address) === 4) return !special.check(address, 'ipv4')
  return isIP(address) === 6 && globalUnicast.check(address, 'ipv6') && !special.check(address, 'ipv6')
}

const globalUnicast = new BlockList()
globalUnicast.addSubnet('2000::', 3, 'ipv6')

const special = new BlockList()
for (const [net, bits] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
] as const)
  special.addSubnet(net, bits, 'ipv4')
for (const [net, bits] of [
  // Teredo and others of the IETF, documentation, 6to4: these carry IPv4 addresses or lead nowhere.
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
] as const)
  special.addSubnet(net, bits, 'ipv6')

function broken(why: string): Failed {
  return { why, passing: false }
}

function passing(why: string): Failed {
  return { why, passing: true }
}
