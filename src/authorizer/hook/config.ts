import { hash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { prefixShape } from '../definition.ts'
import { checkMembers, type Fields, fieldsIn, fieldsOf, own, type Shape, textOf, truthOf } from '../input.ts'
import { type Hook, hookKinds } from './adapter.ts'

/** A setting of the operator's that cannot be used. */
export class HookSettingError extends Error {}

const members = new Set(['name', 'kind', 'account', 'region', 'service', 'token', 'tokenFile', 'loopback', 'mutualTls'])
const nameShape: Shape = { pattern: /^[a-z0-9][a-z0-9-]{0,62}$/, wants: 'small letters, digits and -' }
const accountShape: Shape = { pattern: /^\d{12}$/, wants: 'twelve digits' }
const regionShape: Shape = { pattern: /^[a-z0-9-]{1,32}$/, wants: 'a region' }
const tokenShape: Shape = { pattern: /^[!-~]{32,512}$/, wants: '32–512 characters without spaces' }
const pathShape: Shape = { pattern: /^.{1,4096}$/, wants: 'a path' }

/**
 * Reads the hooks that an operator wants.
 * Takes: the path of a JSON file; paths in it are beside it.
 * Errors: `HookSettingError` in words for the operator.
 */
export function hooksIn(path: string): readonly Hook[] {
  try {
    const fields = fieldsIn(readFileSync(path))
    checkMembers(fields, new Set(['hooks']), 'The file')
    const list = own(fields, 'hooks')
    if (!Array.isArray(list)) throw new HookSettingError('hooks must be a list.')
    const hooks = list.map((one, index) => hookIn(fieldsOf(one, `hooks[${index}]`), `hooks[${index}]`, dirname(path)))
    const names = new Set(hooks.map(({ name }) => name))
    if (names.size < hooks.length) throw new HookSettingError('two hooks have one name.')
    return hooks
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new HookSettingError(`The hooks of ${path} cannot be used: ${why}`, { cause })
  }
}

function hookIn(fields: Fields, where: string, folder: string): Hook {
  checkMembers(fields, members, where)
  const kind = hookKinds.find((one) => one === own(fields, 'kind'))
  if (kind === undefined) throw new HookSettingError(`${where}.kind must be one of ${hookKinds.join(', ')}.`)
  const token = tokenIn(fields, where, folder)
  const loopback = truthOf(own(fields, 'loopback'), `${where}.loopback`) ?? false
  const mutualTls = truthOf(own(fields, 'mutualTls'), `${where}.mutualTls`) ?? false
  if (mutualTls && kind !== 'envoy-grpc') throw new HookSettingError(`${where}.mutualTls is for envoy-grpc alone.`)
  // INVARIANT: no hook answers just anybody.
  if (token === undefined && !loopback && !mutualTls)
    throw new HookSettingError(`${where} must have a token, a tokenFile, or loopback: true.`)
  const service = own(fields, 'service')
  const isRouted = kind !== 'minio' && kind !== 'ceph'
  if (isRouted !== (service !== undefined))
    throw new HookSettingError(`${where}.service must be ${isRouted ? 'there for' : 'absent of'} the kind ${kind}.`)
  return {
    name: textOf(own(fields, 'name'), `${where}.name`, nameShape),
    kind,
    account: textOf(own(fields, 'account'), `${where}.account`, accountShape),
    region: textOf(own(fields, 'region') ?? 'us-east-1', `${where}.region`, regionShape),
    ...(service === undefined ? {} : { service: textOf(service, `${where}.service`, prefixShape) }),
    ...(token === undefined ? {} : { tokenHash: Buffer.from(hash('sha256', token), 'hex') }),
    loopback,
    mutualTls,
  }
}

function tokenIn(fields: Fields, where: string, folder: string): string | undefined {
  const token = own(fields, 'token')
  const file = own(fields, 'tokenFile')
  if (token !== undefined && file !== undefined) throw new HookSettingError(`${where} has two tokens.`)
  if (token !== undefined) return textOf(token, `${where}.token`, tokenShape)
  if (file === undefined) return undefined
  const path = resolve(folder, textOf(file, `${where}.tokenFile`, pathShape))
  return textOf(readFileSync(path, 'utf8').trim(), `${where}.tokenFile`, tokenShape)
}
