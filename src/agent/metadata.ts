import type { HttpRequest, HttpResponse } from '#protocol'
import { type Answer, headerOf, strayed } from './answer.ts'
import type { Known } from './keeper.ts'
import { longestToken, type MetadataTokens } from './metadata-token.ts'
import { type Directory, type Leaf, unavailable } from './metadata-tree.ts'

export interface MetadataParts {
  /** What is known of credentials. Takes: by which version of instance metadata they are handed on. */
  known(delivery: '1.0' | '2.0'): Promise<Known>
  readonly tokens: MetadataTokens
  /** Milliseconds since 1970. */
  now(): number
  /** What is shown of what is known. */
  tree(known: Known): Directory
  /** Whether requests without a token are answered, as version 1 did. */
  readonly version1: boolean
  /** Names that lead to this agent, besides addresses and `localhost`. */
  readonly names: readonly string[]
}

/** Versions that instance metadata is asked for by. */
const version = /^(?:latest|1\.0|\d{4}-\d\d-\d\d)$/
const tokenHeader = 'x-aws-ec2-metadata-token'
const ttlHeader = 'x-aws-ec2-metadata-token-ttl-seconds'
const mostLong = 1024

/** Answers a request for instance metadata as EC2 does. */
export async function answerMetadata(request: HttpRequest, parts: MetadataParts): Promise<Answer> {
  const stray = strayed(request, parts.names)
  if (stray !== undefined) return refusal(403, stray)
  if (request.path.length > mostLong) return refusal(400, 'the path is too long')
  if (request.path === '/latest/api/token') return tokenFor(request, parts)
  if (request.method !== 'GET' && request.method !== 'HEAD')
    return refusal(405, `${request.method.slice(0, 20)} is no method of instance metadata`)
  const delivery = deliveryOf(request, parts)
  return typeof delivery === 'string' ? find(request, delivery, parts) : delivery
}

function tokenFor(request: HttpRequest, { tokens, now }: MetadataParts): Answer {
  if (request.method !== 'PUT') return refusal(405, 'a token is asked for with PUT', { allow: 'OPTIONS, PUT' })
  const seconds = headerOf(request, ttlHeader)
  if (seconds === undefined) return refusal(400, `${ttlHeader} is absent, or there twice`)
  if (!/^[1-9]\d{0,4}$/.test(seconds) || Number(seconds) > longestToken)
    return refusal(400, `${ttlHeader} is not from 1 to ${longestToken}`)
  return text(tokens.make(Number(seconds), now()), { [ttlHeader]: seconds })
}

/** By which version a request asks. Gives: the refusal of one that may not. */
function deliveryOf(request: HttpRequest, { tokens, now, version1 }: MetadataParts): '1.0' | '2.0' | Answer {
  const given = request.headers[tokenHeader]
  if (given === undefined) return version1 ? '1.0' : refusal(401, 'there is no token, and version 1 is not allowed')
  const [token = '', ...others] = given
  if (others.length > 0) return refusal(400, 'there are two tokens')
  const why = tokens.refuse(token, now())
  return why === undefined ? '2.0' : refusal(401, why)
}

async function find(request: HttpRequest, delivery: '1.0' | '2.0', parts: MetadataParts): Promise<Answer> {
  const [first = '', ...rest] = request.path.slice(1).split('/')
  if (request.path === '/') return text('latest')
  if (!version.test(first)) return refusal(404, 'there is no such version')
  const names = rest.map(decoded)
  const directory = names.length === 0 || names.at(-1) === ''
  const steps = directory ? names.slice(0, -1) : names
  const known = await parts.known(delivery)
  const found = leafAt(parts.tree(known), steps)
  if (found === undefined) return refusal(404, reasonOf(known) ?? 'there is nothing at this path')
  if (typeof found !== 'string') return text(listing(found, steps.length === 0))
  if (directory) return refusal(404, 'the path goes on below what has nothing below it')
  if (found === unavailable) return refusal(503, reasonOf(known) ?? 'there are no credentials just now')
  return text(found)
}

function reasonOf({ problem }: Known): string | undefined {
  return problem === undefined ? undefined : `${problem.code}: ${problem.message}`
}

function leafAt(tree: Leaf, steps: readonly (string | undefined)[]): Leaf | undefined {
  let at: Leaf | undefined = tree
  for (const step of steps) {
    if (at === undefined || typeof at === 'string' || step === undefined) return undefined
    at = Object.hasOwn(at, step) ? at[step] : undefined
  }
  return at
}

/** Names below a path; those that have names below themselves end with a slash, but at the top. */
function listing(directory: Directory, top: boolean): string {
  const names = Object.entries(directory).flatMap(([name, leaf]) => {
    if (leaf === undefined) return []
    return [typeof leaf === 'string' || top ? name : `${name}/`]
  })
  return names.join('\n')
}

/** Gives: `undefined` for what is badly encoded. */
function decoded(part: string): string | undefined {
  try {
    return decodeURIComponent(part)
  } catch {
    return undefined
  }
}

function text(body: string, more: HttpResponse['headers'] = {}): Answer {
  return { response: { status: 200, headers: { 'content-type': 'text/plain', server: 'EC2ws', ...more }, body } }
}

const reasons: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  503: 'Service Unavailable',
}

/** The page that EC2 answers with. Takes: why, for the operator only. */
function refusal(status: number, why: string, more: HttpResponse['headers'] = {}): Answer {
  const title = `${status} - ${reasons[status] ?? ''}`
  const body = `<?xml version="1.0" encoding="iso-8859-1"?>
<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN"
	"http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd">
<html xmlns="http://www.w3.org/1999/xhtml" xml:lang="en" lang="en">
 <head>
  <title>${title}</title>
 </head>
 <body>
  <h1>${title}</h1>
 </body>
</html>
`
  return { response: { status, headers: { 'content-type': 'text/html', server: 'EC2ws', ...more }, body }, why }
}
