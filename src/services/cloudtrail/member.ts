import { type Member, modelOf, type ServiceModel, serviceNames } from '#models'

type Values = Readonly<Record<string, unknown>>

/**
 * Members as CloudTrail spells them: `UserName` is `userName`. Keys of maps stay as they are.
 * Takes: the event's source and name, which lead to the model; where there is none, all stays as it is.
 */
export function spelled(
  value: Values | undefined,
  {
    eventSource,
    eventName,
    of,
  }: { readonly eventSource: string; readonly eventName: string; readonly of: 'input' | 'output' },
): Values | undefined {
  const model = modelFor(eventSource)
  const operation =
    model !== undefined && Object.hasOwn(model.operations, eventName) ? model.operations[eventName] : undefined
  const shape = operation?.[of]
  if (value === undefined || model === undefined || shape === undefined) return value
  // A structure is spelled as an object.
  return spell(value, model, { shape }) as Values
}

function modelFor(eventSource: string): ServiceModel | undefined {
  const name = eventSource.split('.', 1)[0] ?? ''
  return serviceNames.includes(name) ? modelOf(name) : undefined
}

function spell(value: unknown, model: ServiceModel, { shape: name }: Pick<Member, 'shape'>): unknown {
  const shape = model.shapes[name]
  if (typeof value !== 'object' || value === null) return value
  if (shape?.type === 'list') return Array.isArray(value) ? value.map((one) => spell(one, model, shape.member)) : value
  if (shape?.type === 'map')
    return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, spell(one, model, shape.value)]))
  if (shape?.type !== 'structure') return value
  return Object.fromEntries(
    Object.entries(value).map(([key, one]) => {
      const member = Object.hasOwn(shape.members, key) ? shape.members[key] : undefined
      return [key.slice(0, 1).toLowerCase() + key.slice(1), member === undefined ? one : spell(one, model, member)]
    }),
  )
}
