import type { Member, ServiceModel } from '#models'
import type { Call } from '#protocol'

/** What the record shows in the place of a secret. */
const hidden = 'HIDDEN'

/**
 * What is as good as a secret, though models do not call all of it sensitive: codes that are good for half a minute,
 * and tokens of sessions and identities.
 */
const secret =
  /^(?:TokenCode|AuthenticationCode[12]|SessionToken|WebIdentityToken|SAMLAssertion|SecretAccessKey|Password|PrivateKey)$/i

/** Bytes of a value of bytes that are kept. */
const mostBytes = 1024

type Redact = (value: unknown) => unknown

/** The input of a call as it may be kept: what the model calls sensitive is not in it. */
export function withoutSecrets(input: object, { service, operation }: Call): Readonly<Record<string, unknown>> {
  return redacted(input, service, operation.input)
}

/** The answer to a call as it may be kept. */
export function answerWithoutSecrets(output: object, { service, operation }: Call): Readonly<Record<string, unknown>> {
  return redacted(output, service, operation.output)
}

function redacted(value: object, service: ServiceModel, shape: string | undefined): Readonly<Record<string, unknown>> {
  const redact = shape === undefined ? undefined : redactorOf(service, shape)
  // Inputs were found to be structures, and outputs are made as such.
  return (redact === undefined ? value : redact(value)) as Readonly<Record<string, unknown>>
}

const redactors = new WeakMap<ServiceModel, Map<string, Redact | undefined>>()

/** Gives: `undefined` when a shape has no secrets at any depth. */
function redactorOf(service: ServiceModel, name: string): Redact | undefined {
  const known = redactors.get(service) ?? new Map<string, Redact | undefined>()
  redactors.set(service, known)
  if (known.has(name)) return known.get(name)
  // A shape that holds itself has been looked at when it is met again.
  known.set(name, undefined)
  const made = redactor(service, name)
  known.set(name, made)
  return made
}

function redactor(service: ServiceModel, name: string): Redact | undefined {
  const shape = service.shapes[name]
  if (shape?.type === 'structure') {
    const members = Object.entries(shape.members).flatMap(([member, use]) => {
      const redact = ofMember(service, use, member)
      return redact === undefined ? [] : [[member, redact] as const]
    })
    return members.length === 0 ? undefined : (value) => inStructure(value, members)
  }
  if (shape?.type === 'list') {
    const redact = ofMember(service, shape.member)
    return redact && ((value) => (Array.isArray(value) ? value.map(redact) : value))
  }
  if (shape?.type === 'map') {
    const redact = ofMember(service, shape.value)
    return (
      redact && ((value) => Object.fromEntries(Object.entries(Object(value)).map(([key, one]) => [key, redact(one)])))
    )
  }
  return shape?.type === 'blob' ? ofBytes : undefined
}

function ofMember(service: ServiceModel, { shape, sensitive }: Member, name = ''): Redact | undefined {
  return sensitive === true || secret.test(name) ? () => hidden : redactorOf(service, shape)
}

function ofBytes(value: unknown): unknown {
  if (!(value instanceof Uint8Array)) return value
  return value.length > mostBytes ? `${value.length} bytes` : Buffer.from(value).toString('base64')
}

function inStructure(value: unknown, members: readonly (readonly [string, Redact])[]): unknown {
  const copy: Record<string, unknown> = { ...Object(value) }
  for (const [name, redact] of members) if (copy[name] !== undefined) copy[name] = redact(copy[name])
  return copy
}
