import { hasAccount } from './applicability.ts'
import { partsOf } from './arn.ts'
import { type CompiledPolicies, compile } from './compile.ts'
import { fold } from './fold.ts'
import { type JsonNode, type JsonObject, readJson } from './json.ts'
import type { Layers, PolicyType } from './layers.ts'
import { parse, parseNode } from './parse.ts'
import type { Parsed } from './policy.ts'
import { readPrincipal } from './question-principal.ts'
import type { Context, Principal, Request } from './request.ts'
import { isForTrust } from './trust.ts'

/** One question to the engine, complete in itself. */
export interface Question {
  readonly id?: string
  readonly request: Request
  readonly layers: Layers
}

/** What answers a line that is no question (`InvalidQuestion`), or has a policy that cannot be parsed. */
export interface QuestionError {
  readonly id?: string
  readonly error: { readonly code: string; readonly message: string }
}

/**
 * Reads a question from one line of JSON.
 * Gives: an error as a value; nothing is thrown.
 * Cost: linear in the line.
 */
export function readQuestion(line: string): Question | QuestionError {
  const node = readJson(line)
  const faults: Faults = { line, fault: undefined }
  if (node.kind === 'error')
    return { error: { code: 'InvalidQuestion', message: `${node.message} (at ${node.offset})` } }
  // What a question says besides is not for the engine; without policies it may be the policies, misspelled.
  const whole = node.kind === 'object' && node.members.some(({ key }) => key === 'policies')
  const known = whole ? 'any' : ['id', 'request', 'policies']
  const members = membersOf(node, 'The question', { faults, known })
  const id = node.kind === 'object' ? node.members.find(({ key }) => key === 'id')?.value : undefined
  const named = id?.kind === 'string' || id?.kind === 'number' ? { id: id.value } : {}
  if (id !== undefined && id.kind !== 'null' && named.id === undefined) refuse(faults, 'id is a text.')
  const request = readRequest(members?.get('request'), faults)
  const layers = request && readLayers(members?.get('policies'), request, faults)
  if (faults.fault !== undefined) return { ...named, error: faults.fault }
  if (request === undefined || layers === undefined) return { ...named, error: noQuestion }
  return { ...named, request, layers }
}

const noQuestion = { code: 'InvalidQuestion', message: 'This is not a question.' }

/** The first fault that was found. */
export interface Faults {
  readonly line: string
  fault: QuestionError['error'] | undefined
}

export function refuse(faults: Faults, message: string): undefined {
  faults.fault ??= { code: 'InvalidQuestion', message }
}

/**
 * Gives: the members of an object by name, without those that are `null`; `undefined`, with a fault, for anything else.
 * Takes: the names that there are. Another is refused, for what it was to say would go unheard.
 */
export function membersOf(
  node: JsonNode | undefined,
  name: string,
  { faults, known }: { readonly faults: Faults; readonly known: readonly string[] | 'any' },
): ReadonlyMap<string, JsonNode> | undefined {
  if (node?.kind !== 'object') return refuse(faults, `${name} is a JSON object.`)
  tellDuplicate(node, name, faults)
  const strange = known === 'any' ? undefined : node.members.find(({ key }) => !known.includes(key))
  if (strange !== undefined) return refuse(faults, `${name} has no member "${strange.key.slice(0, 100)}".`)
  return new Map(node.members.filter(({ value }) => value.kind !== 'null').map(({ key, value }) => [key, value]))
}

/** Gives: a text; `undefined`, with a fault, for anything else. */
export function textOf(node: JsonNode | undefined, name: string, faults: Faults): string | undefined {
  return node?.kind === 'string' ? node.value : refuse(faults, `${name} is a text.`)
}

function tellDuplicate({ duplicate }: JsonObject, name: string, faults: Faults): void {
  if (duplicate !== undefined) refuse(faults, `${name} has "${duplicate.key.slice(0, 100)}" twice.`)
}

const requestMembers = ['principal', 'action', 'resource', 'resourceAccount', 'context', 'organization']

function readRequest(node: JsonNode | undefined, faults: Faults): Request | undefined {
  const members = membersOf(node, 'request', { faults, known: requestMembers })
  if (members === undefined) return undefined
  const principal = readPrincipal(members.get('principal'), faults)
  const action = textOf(members.get('action'), 'action', faults)
  const resource = textOf(members.get('resource'), 'resource', faults)
  const owner = members.get('resourceAccount')
  const resourceAccount =
    (owner === undefined ? impliedOwner(principal, resource) : undefined) ?? textOf(owner, 'resourceAccount', faults)
  const context = readContext(members.get('context'), faults)
  const organization = readOrganization(members.get('organization'), faults)
  if (principal === undefined || action === undefined || resource === undefined) return undefined
  if (resourceAccount === undefined || context === undefined) return undefined
  const request = { principal, action, resource, resourceAccount, context }
  return organization === undefined ? request : { ...request, organization }
}

/** Whose the resource is where the question does not say: the caller's account without a resource, else the ARN's. */
function impliedOwner(principal: Principal | undefined, resource: string | undefined): string | undefined {
  if (principal === undefined || resource === undefined) return undefined
  if (resource === '*') return hasAccount(principal) ? principal.account : ''
  const account = partsOf(resource)[4] ?? ''
  return /^[0-9]{12}$/.test(account) ? account : undefined
}

function readOrganization(node: JsonNode | undefined, faults: Faults): Request['organization'] {
  if (node === undefined) return undefined
  const members = membersOf(node, 'organization', { faults, known: ['managementAccount'] })
  const managementAccount = members && textOf(members.get('managementAccount'), 'managementAccount', faults)
  return managementAccount === undefined ? undefined : { managementAccount }
}

function readContext(node: JsonNode | undefined, faults: Faults): Context | undefined {
  if (node === undefined) return {}
  if (node.kind !== 'object') return refuse(faults, 'context is a JSON object.')
  const seen = new Set<string>()
  const context: Record<string, string | readonly string[]> = Object.create(null)
  for (const { key, value } of node.members) {
    // Rule K-2: which of two such values counts would be anyone's guess.
    if (seen.size === seen.add(fold(key)).size) return refuse(faults, `context has "${key.slice(0, 100)}" twice.`)
    if (value.kind === 'null') continue
    const read = readContextValue(value)
    if (read === undefined) return refuse(faults, `The value of "${key.slice(0, 100)}" is a text or a list of texts.`)
    context[key] = read
  }
  return context
}

function readContextValue(node: JsonNode): string | readonly string[] | undefined {
  if (node.kind !== 'array') return scalarOf(node)
  const texts = node.items.map(scalarOf).filter((text) => text !== undefined)
  return texts.length === node.items.length ? texts : undefined
}

/** Rule C-7: numbers and booleans are their text. */
function scalarOf(node: JsonNode): string | undefined {
  return node.kind === 'string' || node.kind === 'number' || node.kind === 'boolean' ? node.value : undefined
}

const layerMembers = ['identity', 'resource', 'scp', 'rcp', 'permissionsBoundary', 'session', 'vpcEndpoint']

function readLayers(node: JsonNode | undefined, request: Request, faults: Faults): Layers | undefined {
  if (node === undefined) return {}
  const members = membersOf(node, 'policies', { faults, known: layerMembers })
  const layers: { -readonly [Name in keyof Layers]: Layers[Name] } = {}
  for (const [name, value] of members ?? []) {
    if (name === 'identity' || name === 'session') layers[name] = compiled(itemsOf(value), name, { type: name, faults })
    else if (name === 'scp' || name === 'rcp')
      layers[name] = itemsOf(value).map((level, index) =>
        compiled(itemsOf(level), `${name}[${index}]`, { type: name, faults }),
      )
    else if (name === 'permissionsBoundary' || name === 'vpcEndpoint')
      layers[name] = compiled(onlyOf(value), name, { type: name, faults })
    else layers.resource = compiled(onlyOf(value), name, { type: isForTrust(request) ? 'trust' : 'resource', faults })
  }
  return layers
}

interface Reading {
  readonly type: PolicyType
  readonly faults: Faults
}

/** A list may be written as its single element, as everywhere in this language (rule D-4). */
function itemsOf(node: JsonNode): readonly JsonNode[] {
  return node.kind === 'array' ? node.items : [node]
}

/** A single policy may be written as a list of one. */
function onlyOf(node: JsonNode): readonly JsonNode[] {
  return node.kind === 'array' && node.items.length === 1 ? node.items : [node]
}

function compiled(nodes: readonly JsonNode[], name: string, { type, faults }: Reading): CompiledPolicies {
  const sources = nodes.flatMap((node, index) => {
    const { policy, problems } = readPolicy(node, type, faults.line)
    const id = nodes.length > 1 ? `${name}[${index}]` : name
    if (policy !== undefined) return [{ policy, id }]
    for (const { severity, message, detail, line, column } of problems) {
      const told = detail === undefined ? message : `${message} ${detail}`
      if (severity === 'grammar')
        faults.fault ??= {
          code: 'MalformedPolicyDocument',
          message: `${told} (${id}, line ${line}, column ${column})`,
        }
    }
    return []
  })
  return compile(sources)
}

/** A policy is a document, as an object or as JSON text. */
function readPolicy(node: JsonNode, type: PolicyType, line: string): Parsed {
  return node.kind === 'string' ? parse(node.value, type) : parseNode(node, line, type)
}
