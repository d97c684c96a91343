import { actionFacts, surfaceOf } from '#models'
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
  const { refused: stated = {}, operations = {}, actions = {} } = rulesOf(service)
  const enforced: string[] = []
  const refused: Record<string, string> = {}
  for (const name of surfaceOf(service)?.operations.keys() ?? []) {
    const reason = stated[name] ?? (name in operations ? undefined : unknown(service, actions[name] ?? name))
    if (reason === undefined) enforced.push(name)
    else refused[name] = reason
  }
  return { service, enforced, refused }
}

function unknown(service: string, action: string): string | undefined {
  return actionFacts(`${service}:${action}`) === undefined ? 'AWS publishes no action for it' : undefined
}
