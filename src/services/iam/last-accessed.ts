import { serviceName } from '#models'
import type { Task } from '#store'
import type { World } from '../operation.ts'
import { uuidOf } from '../uuid.ts'
import { type AccessReport, type Entity, type LastCall, reportOn, type ServiceAccess } from './access-job.ts'
import { dateOf } from './date.ts'
import { touchedOwner } from './entity.ts'
import { ownerIn } from './granting-policy.ts'
import { iam } from './iam.ts'
import { openListing, portion } from './marker.ts'
import { isPolicyArn, touchedPolicy } from './policy-arn.ts'

export const GenerateServiceLastAccessedDetails = iam('GenerateServiceLastAccessedDetails', {
  async resource({ Arn }, scope) {
    const owner = ownerIn(Arn, scope.account)
    if (owner !== undefined) return touchedOwner(owner, scope)
    return isPolicyArn(Arn) ? touchedPolicy(Arn, scope) : Arn
  },

  async run({ Arn, Granularity = 'SERVICE_LEVEL' }, world) {
    const { account, tables, now, random } = world
    const JobId = uuidOf(random(16))
    const result = JSON.stringify(await reportOn(Arn, Granularity, world))
    await tables.tasks.forget(account, kind, { before: now - remembered })
    await tables.tasks.add({ id: JobId, account, kind, result, createdAt: now })
    return { JobId }
  },
})

export const GetServiceLastAccessedDetails = iam('GetServiceLastAccessedDetails', {
  resource: () => '*',

  async run({ JobId, ...page }, world) {
    const { task, report } = await jobWith(JobId, world)
    const listing = openListing(`GetServiceLastAccessedDetails:${JobId}`, page, world)
    const found = portion(report.services, ({ namespace }) => namespace, listing.page)
    return {
      ...completed(task),
      JobType: report.granularity,
      ServicesLastAccessed: found.items.map((service) => shownService(service, report)),
      ...listing.end(found, ({ namespace }) => namespace),
    }
  },
})

export const GetServiceLastAccessedDetailsWithEntities = iam('GetServiceLastAccessedDetailsWithEntities', {
  resource: () => '*',

  async run({ JobId, ServiceNamespace, ...page }, world) {
    const { task, report } = await jobWith(JobId, world)
    const service = report.services.find(({ namespace }) => namespace === ServiceNamespace)
    if (service === undefined)
      throw world.fault('InvalidInput', `The service ${ServiceNamespace} is not in the report of job ${JobId}.`)
    const listing = openListing(`GetServiceLastAccessedDetailsWithEntities:${JobId}:${ServiceNamespace}`, page, world)
    const called = new Map(service.calls.map((call) => [report.entities[call.entity]?.id, call]))
    const found = portion(report.entities, ({ id }) => id, listing.page)
    const EntityDetailsList = found.items.map((entity) => ({
      EntityInfo: shownEntity(entity),
      LastAuthenticated: momentOf(called.get(entity.id)),
    }))
    return { ...completed(task), EntityDetailsList, ...listing.end(found, ({ id }) => id) }
  },
})

const kind = 'serviceLastAccessed'
/** Milliseconds for which a job can be asked after. */
const remembered = 7 * 24 * 3_600_000

async function jobWith(
  id: string,
  world: World<'NoSuchEntity'>,
): Promise<{ readonly task: Task; readonly report: AccessReport }> {
  const task = await world.tables.tasks.byId(world.account, kind, id)
  if (task === undefined) throw world.fault('NoSuchEntity', `Job with ID ${id} cannot be found.`)
  // Only GenerateServiceLastAccessedDetails writes such a task.
  return { task, report: JSON.parse(task.result) as AccessReport }
}

// DIFFERS: a job is done at once, so that none is ever in progress.
function completed({ createdAt }: Task) {
  const moment = dateOf(createdAt)
  return { JobStatus: 'COMPLETED' as const, JobCreationDate: moment, JobCompletionDate: moment }
}

function shownService({ namespace, calls, actions }: ServiceAccess, { entities }: AccessReport) {
  const [last] = calls
  return {
    ServiceName: serviceName(namespace) ?? namespace,
    ServiceNamespace: namespace,
    LastAuthenticated: momentOf(last),
    LastAuthenticatedEntity: last && entities[last.entity]?.arn,
    LastAuthenticatedRegion: last?.region,
    TotalAuthenticatedEntities: calls.length,
    TrackedActionsLastAccessed: actions?.map(({ name, call }) => ({
      ActionName: name,
      LastAccessedTime: momentOf(call),
      LastAccessedEntity: call && entities[call.entity]?.arn,
      LastAccessedRegion: call?.region,
    })),
  }
}

function shownEntity({ arn, name, type, id, path }: Entity) {
  return { Arn: arn, Name: name, Type: type, Id: id, Path: path }
}

function momentOf(call: LastCall | undefined): Date | undefined {
  return call && dateOf(call.at)
}
