import { timingSafeEqual } from 'node:crypto'
import { Fault, type HttpRequest, type HttpResponse, readClaim, SigningKeys, verifyClaim } from '#protocol'

/** What an operator may ask a running server: what needs the store that it holds. */
export interface OperatorHouse {
  /** Signs the requests; another one at each start. It never leaves this machine. */
  readonly key: string
  now(): number
  accounts(): Promise<readonly object[]>
  /** Takes: what the request's body says, unchecked. Errors: `Fault`. */
  createAccount(asked: unknown): Promise<object>
  /** What is told to who asks with GET, by the last part of the path. */
  readonly told?: Readonly<Record<string, () => object>>
}

/** What else a server does for its operator, by the last part of the path. Takes: what the request's body says, unchecked. */
export type OperatorTasks = Readonly<Record<string, (asked: unknown) => Promise<object>>>

/** What an operator says of a new account. */
export interface NewAccount {
  readonly id: string | undefined
  readonly name: string
  readonly email: string
  readonly rootKey: boolean
}

/** The path below which an operator's requests arrive; AWS's clients never use it. */
export const operatorPath = '/cardea/v1/'

const accessKeyId = 'operator'
const signingKeys = new SigningKeys()

/** Answers an operator's request in JSON. Whoever can read the run file of the data folder is an operator. */
export async function answerOperator(
  request: HttpRequest,
  house: OperatorHouse,
  tasks: OperatorTasks = {},
): Promise<HttpResponse> {
  try {
    authenticate(request, house)
    const name = request.path.slice(operatorPath.length)
    const task = request.method === 'POST' && Object.hasOwn(tasks, name) ? tasks[name] : undefined
    return json(200, await (task === undefined ? perform(request, house) : task(valueIn(request.body))))
  } catch (cause) {
    if (cause instanceof Fault) return json(cause.status, { code: cause.code, message: cause.message })
    throw cause
  }
}

function authenticate(request: HttpRequest, house: OperatorHouse): void {
  const claim = readClaim(request)
  if (claim === undefined || !same(claim.accessKeyId, accessKeyId))
    throw new Fault({
      code: 'AccessDenied',
      status: 403,
      message: 'This needs the key in the run file of the data folder.',
    })
  verifyClaim(request, claim, { secret: house.key, now: house.now(), service: 'cardea', signingKeys })
}

function same(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)]
  return a.length === b.length && timingSafeEqual(a, b)
}

/** What a request for a new account says. Errors: `ValidationError`. */
export function newAccountIn(value: unknown): NewAccount {
  const wrong = (message: string) => new Fault({ code: 'ValidationError', status: 400, message })
  if (typeof value !== 'object' || value === null) throw wrong('The body is not an object.')
  const { id, name, email, rootKey = false } = value as Readonly<Record<string, unknown>>
  if (id !== undefined && (typeof id !== 'string' || !/^\d{12}$/.test(id))) throw wrong('id must be twelve digits.')
  if (typeof name !== 'string' || name.length < 1 || name.length > 50) throw wrong('name must have 1 to 50 characters.')
  if (typeof email !== 'string' || email.length < 3 || email.length > 320) throw wrong('email must be an address.')
  if (typeof rootKey !== 'boolean') throw wrong('rootKey must be true or false.')
  return { id, name, email, rootKey }
}

async function perform({ method, path, body }: HttpRequest, house: OperatorHouse): Promise<unknown> {
  const name = path.slice(operatorPath.length)
  const told = method === 'GET' && Object.hasOwn(house.told ?? {}, name) ? house.told?.[name] : undefined
  if (told !== undefined) return told()
  if (name !== 'accounts') throw new Fault({ code: 'NotFound', status: 404, message: 'There is nothing at this path.' })
  if (method === 'GET') return house.accounts()
  if (method === 'POST') return house.createAccount(valueIn(body))
  throw new Fault({ code: 'MethodNotAllowed', status: 405, message: 'Use GET or POST.' })
}

function valueIn(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body))
  } catch (cause) {
    throw new Fault({ code: 'ValidationError', status: 400, message: 'The body is not JSON.', cause })
  }
}

function json(status: number, value: unknown): HttpResponse {
  return { status, headers: { 'content-type': 'application/json' }, body: JSON.stringify(value) }
}
