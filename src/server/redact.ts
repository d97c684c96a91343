import type { Member, ServiceModel } from '#models'
import type { Call } from '#protocol'

/** What the record shows in the place of a secret. */
const hidden = 'HIDDEN'

/** Codes that are good for half a minute, which the model does not call sensitive. */
const oneTime = /^(?:TokenCode|AuthenticationCode[12])$/

type Redact = (value: unknown) => unknown

/** The input of a call as it may be kept: what the model calls sensitive is not in it. */
export function withoutSecrets(input: object, { service, operation }: Call): Readonly<Record<string, unknown>> {
  const redact = operation.input === undefined ? undefined : redactorOf(service, operation.input)
  // The input was found to be a structure.
  return (redact === undefined ? input : redact(input)) as Readonly<Record<string, unknown>>
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
  return undefined
}

function ofMember(service: ServiceModel, { shape, sensitive }: Member, name = ''): Redact | undefined {
  return sensitive === true || oneTime.test(name) ? () => hidden : redactorOf(service, shape)
}

function inStructure(value: unknown, members: readonly (readonly [string, Redact])[]): unknown {
  const copy: Record<string, unknown> = { ...Object(value) }
  for (const [name, redact] of members) if (copy[name] !== undefined) copy[name] = redact(copy[name])
  return copy
}
