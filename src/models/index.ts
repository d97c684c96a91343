import { readFileSync } from 'node:fs'
import { serviceNames } from './generated/service-names.ts'
import type { ServiceModel, Shape } from './model.ts'

export {
  type AccessLevel,
  type ActionFacts,
  type ActionResource,
  actionFacts,
  type ConditionKey,
  type ConditionKeyType,
  conditionKeyType,
  type ResourceType,
  type ServiceActions,
  serviceActions,
  serviceName,
  servicePrefixes,
} from './action.ts'
export { actionCatalogueDate } from './generated/actions-date.ts'
export type { CloudtrailCodes, IamCodes, RolesanywhereCodes, StsCodes } from './generated/codes.ts'
export { awsManagedPoliciesDate } from './generated/managed-policies-date.ts'
export type { RolesanywhereModule } from './generated/rolesanywhere.ts'
export { serviceNames } from './generated/service-names.ts'
export { surfaceNames } from './generated/surface-names.ts'
export {
  type AwsManagedPolicy,
  type AwsManagedPolicySummary,
  awsManagedPolicies,
  awsManagedPolicy,
} from './managed-policy.ts'
export type * from './model.ts'
export {
  type Surface,
  type SurfaceHttp,
  type SurfaceMember,
  type SurfaceOperation,
  type SurfacePlace,
  type SurfaceShape,
  type SurfaceStructure,
  surfaceOf,
} from './surface.ts'

const models = new Map<string, ServiceModel>()

/** Gives: the model of a service, read on the first call. Errors: there is none of that name. */
export function modelOf(service: string): ServiceModel {
  const known = models.get(service)
  if (known !== undefined) return known
  if (!serviceNames.includes(service)) throw new Error(`There is no model of the service ${JSON.stringify(service)}.`)
  const model = bare(JSON.parse(readFileSync(new URL(`./${service}.json`, import.meta.url), 'utf8')))
  models.set(service, model)
  return model
}

// INVARIANT: tables that are asked for names from outside have no prototype, so `constructor` is not in them.
function bare(model: ServiceModel): ServiceModel {
  const shapes: Record<string, Shape> = Object.create(null)
  for (const [name, shape] of Object.entries(model.shapes))
    shapes[name] = shape.type === 'structure' ? { ...shape, members: table(shape.members) } : shape
  return { ...model, operations: table(model.operations), shapes, errors: table(model.errors) }
}

function table<Value>(entries: Readonly<Record<string, Value>>): Readonly<Record<string, Value>> {
  return Object.assign(Object.create(null), entries)
}
