import { randomUUID } from 'node:crypto'
import { Fault, type HttpRequest } from '#protocol'
import { examineFor, keySet, pinnedKeys, type Vouching } from '#services'
import { scopeOf } from './authorize.ts'
import type { House } from './house.ts'
import type { OperatorTasks } from './operator.ts'

/** What an operator does about identity providers. */
export function federationTasks(house: House): OperatorTasks {
  return {
    'oidc-keys': (asked) => pinKeys(asked, house),
    token: (asked) => inspectToken(asked, house),
  }
}

const mostCharacters = 65_536

/** Pins a key set to a provider, whose own keys are not fetched any more; `null` takes it away. */
async function pinKeys(asked: unknown, { store, now }: House): Promise<object> {
  const arn = textOf(asked, 'provider')
  const [, account, name] = /^arn:aws:iam::(\d{12}):oidc-provider\/(.+)$/.exec(arn) ?? []
  if (account === undefined || name === undefined)
    throw wrong('provider must be the ARN of an OpenID Connect provider.')
  const keys = memberOf(asked, 'keys')
  const found = keys === null ? undefined : keySet(keys)
  if (found !== undefined && 'why' in found) throw wrong(`The key set cannot be used: ${found.why}.`)
  const text = JSON.stringify(keys)
  if (text.length > mostCharacters) throw wrong(`The key set is longer than ${mostCharacters} characters.`)
  return store.write(account, async ({ oidcProviders, settings, audit }) => {
    const provider = await oidcProviders.byName(account, name)
    if (provider?.name !== name) throw wrong(`There is no provider ${arn}.`)
    if (found === undefined) await settings.remove(account, pinnedKeys(provider.id))
    else await settings.put(account, pinnedKeys(provider.id), text)
    await audit.append({
      id: randomUUID(),
      at: now(),
      account,
      principal: 'operator',
      eventSource: 'cardea',
      eventName: found === undefined ? 'UnpinProviderKeys' : 'PinProviderKeys',
      sourceIp: '',
      readOnly: false,
      resource: arn,
    })
    return { provider: arn, pinned: found !== undefined }
  })
}

/** Says what each check of a token came to, and each condition of the role's trust policy. */
async function inspectToken(asked: unknown, house: House): Promise<object> {
  const input = {
    RoleArn: textOf(asked, 'role'),
    WebIdentityToken: textOf(asked, 'token'),
    RoleSessionName: 'inspection',
  }
  const vouching: Vouching = {
    now: house.now(),
    read: (work) => house.store.read(work),
    issuers: house.issuers,
    onlyOnce: () => false,
    refuse: (code, message, detail) => new Fault({ code, message, detail, status: 400 }),
  }
  const { checks, word } = await examineFor(input, vouching)
  const shown = checks.map(({ check, holds, expected, actual, refusal }) => ({
    check,
    holds,
    expected,
    actual,
    ...(holds ? {} : { refusal }),
  }))
  const trust = word === undefined ? undefined : await trustFor(input, vouching, house)
  return { role: input.RoleArn, checks: shown, ...(trust === undefined ? {} : { trust }) }
}

async function trustFor(input: { readonly RoleArn: string }, vouching: Vouching, house: House): Promise<object> {
  const operation = house.operations.get('sts:AssumeRoleWithWebIdentity')
  const vouched = await operation?.vouch?.(input, vouching)
  if (operation?.action === undefined || vouched === undefined) throw new Error('the operation is not there')
  const { caller } = vouched
  const { action } = operation
  return house.store.read(async (tables) => {
    const scope = scopeOf({ caller }, { tables, open: false }, house)
    const touched = await operation.resource(input, scope)
    const context = await operation.context(input, scope)
    const question = { caller, touched, context, tables, open: false, request: nowhere, now: vouching.now }
    const decided: object[] = []
    for (const one of [action, ...operation.also(input, scope)]) {
      const [explanation] = await house.access.explain({ ...question, action: one })
      decided.push({ action: one, ...explanation })
    }
    return { exists: touched[0]?.exists !== false, decided }
  })
}

/** The request that an inspection is not: it comes from nowhere. */
const nowhere: HttpRequest = {
  method: 'POST',
  path: '/',
  query: '',
  headers: {},
  body: new Uint8Array(),
  remoteAddress: '127.0.0.1',
  secure: true,
}

function textOf(value: unknown, name: string): string {
  const text = memberOf(value, name)
  if (typeof text === 'string' && text !== '') return text
  throw wrong(`${name} must be a text.`)
}

function memberOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? Reflect.get(value, name)
    : undefined
}

function wrong(message: string): Fault {
  return new Fault({ code: 'ValidationError', status: 400, message })
}
