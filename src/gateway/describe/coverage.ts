import { surfaceOf } from '#models'
import { indescribable } from './generic.ts'
import { gatewayServices, rulesOf } from './service.ts'

/** What the gateway makes of the operations of a service. */
export interface Coverage {
  readonly service: string
  /** Decided, call by call; a single call whose resources cannot be told is refused all the same. */
  readonly enforced: readonly string[]
  /** Always refused, with the reason. */
  readonly refused: Readonly<Record<string, string>>
}

/** What is enforced and what is refused, of each service that the gateway can stand in front of. */
export function coverage(services: readonly string[] = gatewayServices): readonly Coverage[] {
  return services.filter((name) => gatewayServices.includes(name)).map(coverageOf)
}

function coverageOf(service: string): Coverage {
  const rules = rulesOf(service)
  const enforced: string[] = []
  const refused: Record<string, string> = {}
  const surface = surfaceOf(service)
  for (const operation of surface?.operations.values() ?? []) {
    const { name } = operation
    const described = rules.operations !== undefined && Object.hasOwn(rules.operations, name)
    const reason =
      rules.refused?.[name] ?? (described || !surface ? undefined : indescribable(surface, operation, rules))
    if (reason === undefined) enforced.push(name)
    else refused[name] = reason
  }
  return { service, enforced, refused }
}
