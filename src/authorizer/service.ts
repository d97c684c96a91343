import { servicePrefixes } from '#models'
import { Fault } from '#protocol'
import type { RegisteredService } from '#store'
import { findingsIn } from './check.ts'
import { completions } from './complete.ts'
import { prefixShape, serviceDefinition } from './definition.ts'
import { checkMembers, fieldsIn, invalid, own, type Shape, textOf } from './input.ts'
import { type Asked, authorizerArn, type Operation, serviceArn } from './part.ts'

const mostServices = 100
const largest = 262_144

/** Registers a service, or replaces what is known of it. */
export const RegisterService: Operation = {
  event: 'RegisterService',
  readOnly: false,
  async run({ entry, caller, named, permit, tables }) {
    const prefix = prefixIn(named)
    await permit('cardea:RegisterService', serviceArn(caller.account, prefix))
    // INVARIANT: no service of AWS, and not Cardea itself, can be given other actions.
    if (reserved.has(prefix) || servicePrefixes().includes(prefix))
      throw invalid(`${prefix} is the prefix of a service of AWS or of Cardea.`)
    const fields = fieldsIn(entry.request.body)
    const definition = JSON.stringify(fields)
    if (definition.length > largest) throw invalid(`The definition has more than ${largest} characters.`)
    const { actions, routes } = serviceDefinition(prefix, fields)
    const before = await tables.services.byPrefix(caller.account, prefix)
    const all = before === undefined ? await tables.services.list(caller.account) : []
    if (all.length >= mostServices) throw limitExceeded()
    const service = {
      account: caller.account,
      prefix,
      definition,
      createdAt: before?.createdAt ?? entry.at,
      updatedAt: entry.at,
    }
    await tables.services.put(service)
    entry.told = { prefix, actions: actions.size, routes: routes.length }
    return { service: shownService(service), replaced: before !== undefined }
  },
}

/** Names that are not AWS's, and must not be anybody's. */
const reserved = new Set(['cardea', 'aws', 'amazon', 'anonymous'])

/** Lists the services of the account. */
export const ListServices: Operation = {
  event: 'ListServices',
  readOnly: true,
  async run({ caller, permit, tables }) {
    await permit('cardea:ListServices', '*')
    return { services: (await tables.services.list(caller.account)).map(shownService) }
  },
}

/** Shows a service with its definition. */
export const GetService: Operation = {
  event: 'GetService',
  readOnly: true,
  async run({ caller, named, permit, tables }) {
    const prefix = prefixIn(named)
    await permit('cardea:GetService', serviceArn(caller.account, prefix))
    const service = await tables.services.byPrefix(caller.account, prefix)
    if (service === undefined) throw noService(prefix)
    return { service: shownService(service), definition: JSON.parse(service.definition) as object }
  },
}

/** Takes a service away: from then on its actions are unknown, and refused. */
export const DeregisterService: Operation = {
  event: 'DeregisterService',
  readOnly: false,
  async run({ caller, named, permit, tables }) {
    const prefix = prefixIn(named)
    await permit('cardea:DeregisterService', serviceArn(caller.account, prefix))
    if (!(await tables.services.remove(caller.account, prefix))) throw noService(prefix)
    return { prefix, removed: true }
  },
}

const wholeText: Shape = { pattern: /^[^\p{Cc}]{0,256}$/u, wants: 'a text of at most 256 characters' }

/** What a text of a policy may go on as: actions and condition keys, of AWS and of the account's own services. */
export const Complete: Operation = {
  event: 'Complete',
  readOnly: true,
  async run(asked) {
    const fields = fieldsIn(asked.entry.request.body)
    checkMembers(fields, new Set(['text']), 'The body')
    await asked.permit('cardea:ListServices', '*')
    const text = textOf(own(fields, 'text'), 'text', wholeText)
    return completions(text, (await registeredFor(asked)).services)
  },
}

const policyText: Shape = { pattern: /^[\s\S]{1,131072}$/, wants: 'the text of a policy' }

/** Says what is doubtful in a policy: actions, resources and condition keys that no service has. */
export const CheckPolicy: Operation = {
  event: 'CheckPolicy',
  readOnly: true,
  async run(asked) {
    const fields = fieldsIn(asked.entry.request.body)
    checkMembers(fields, new Set(['policy', 'type']), 'The body')
    await asked.permit('cardea:CheckPolicy', authorizerArn(asked.caller.account))
    const type = own(fields, 'type') ?? 'identity'
    if (type !== 'identity' && type !== 'resource') throw invalid('type must be identity or resource.')
    const { services } = await registeredFor(asked)
    const text = textOf(own(fields, 'policy'), 'policy', policyText)
    return { findings: findingsIn(text, { type, services, account: asked.caller.account }) }
  },
}

function registeredFor({ ground, caller, tables }: Asked) {
  return ground.registry.of(caller.account, tables)
}

function prefixIn({ prefix = '' }: Asked['named']): string {
  return textOf(prefix, 'The prefix', prefixShape)
}

function shownService({ account, prefix, createdAt, updatedAt }: RegisteredService) {
  return {
    prefix,
    arn: serviceArn(account, prefix),
    createdAt: new Date(createdAt).toISOString(),
    updatedAt: new Date(updatedAt).toISOString(),
  }
}

function noService(prefix: string): Fault {
  return new Fault({ code: 'NoSuchEntity', status: 404, message: `The service ${prefix} is not registered.` })
}

function limitExceeded(): Fault {
  const message = `An account may register at most ${mostServices} services.`
  return new Fault({ code: 'LimitExceeded', status: 409, message })
}
