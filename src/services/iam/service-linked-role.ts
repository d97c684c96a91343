import { roleArn } from '#access'
import type { Role } from '#store'
import type { Touched, World } from '../operation.ts'
import { uuidOf } from '../uuid.ts'
import { roleNamed, touchedRole } from './entity.ts'
import { iam } from './iam.ts'
import { linkedService } from './linked-service.ts'
import { isServiceLinked } from './protected-role.ts'
import { makeRoom } from './quota.ts'
import { wholeRole } from './role.ts'

export const CreateServiceLinkedRole = iam('CreateServiceLinkedRole', {
  resource: ({ AWSServiceName, CustomSuffix }, { account }) => {
    const service = linkedService(AWSServiceName)
    const name = service === undefined ? '*' : nameOf(service.roleName, CustomSuffix)
    return roleArn(account, pathOf(AWSServiceName), name)
  },
  context: ({ AWSServiceName }) => ({ 'iam:AWSServiceName': AWSServiceName }),

  async run({ AWSServiceName, Description, CustomSuffix }, world) {
    const { account, tables, now, mint } = world
    const { roleName, policyName, suffix } = linkedService(AWSServiceName) ?? unknownService(AWSServiceName, world)
    if (CustomSuffix !== undefined && !suffix)
      throw world.fault('InvalidInput', `Custom suffix is not allowed for ${AWSServiceName}`)
    const name = nameOf(roleName, CustomSuffix)
    if (name.length > longestName)
      throw world.fault('InvalidInput', `Service role name ${name} has more than ${longestName} characters.`)
    const role: Role = {
      account,
      id: mint('AROA'),
      name,
      path: pathOf(AWSServiceName),
      ...(Description === undefined || Description === '' ? {} : { description: Description }),
      maxSessionDuration: 3600,
      trustPolicy: trustOf(AWSServiceName),
      trustPrincipals: {},
      tags: [],
      createdAt: now,
    }
    makeRoom('RolesPerAccount', await tables.roles.count(account), world)
    if (!(await tables.roles.add(role))) throw world.fault('InvalidInput', taken(role.name))
    const owner = { account, ownerKind: 'role', ownerId: role.id, attachedAt: now } as const
    await tables.attachments.add({ ...owner, policyArn: policyArnOf(policyName) })
    return { Role: await wholeRole(role, tables) }
  },
})

export const DeleteServiceLinkedRole = iam('DeleteServiceLinkedRole', {
  resource: ({ RoleName }, scope) => touchedRole(RoleName, scope),

  async run({ RoleName }, world) {
    const { account, tables, now, random } = world
    const role = await roleNamed(RoleName, world)
    if (!isServiceLinked(role))
      throw world.fault('NoSuchEntity', `The service-linked role with name ${RoleName} cannot be found.`)
    for (const { policyArn } of await tables.attachments.ofOwner(role.id))
      await tables.attachments.remove(role.id, policyArn)
    await tables.roles.remove(role.id)
    // DIFFERS: none of the services runs here, so that none can use the role: it goes at once.
    const id = `task${role.path}${role.name}/${uuidOf(random(16))}`
    await tables.tasks.forget(account, kind, { before: now - remembered })
    await tables.tasks.add({ id, account, kind, result: 'SUCCEEDED', createdAt: now })
    return { DeletionTaskId: id }
  },
})

export const GetServiceLinkedRoleDeletionStatus = iam('GetServiceLinkedRoleDeletionStatus', {
  resource: ({ DeletionTaskId }, { account }): Touched => {
    const [, path, name] = taskId.exec(DeletionTaskId) ?? []
    return { arn: path === undefined || name === undefined ? '*' : roleArn(account, path, name) }
  },

  async run({ DeletionTaskId }, world) {
    if (!taskId.test(DeletionTaskId)) throw world.fault('InvalidInput', `Invalid deletion task id: ${DeletionTaskId}`)
    const task = await world.tables.tasks.byId(world.account, kind, DeletionTaskId)
    if (task === undefined)
      throw world.fault('NoSuchEntity', `The deletion task with id ${DeletionTaskId} cannot be found.`)
    return { Status: 'SUCCEEDED' as const }
  },
})

const longestName = 64
const kind = 'serviceLinkedRoleDeletion'
/** Milliseconds for which it is known how a deletion ended. */
const remembered = 30 * 24 * 3_600_000
const taskId = /^task(\/aws-service-role\/[\w+=,.@-]+\/)([\w+=,.@-]+)\/[0-9a-f-]{36}$/

function pathOf(service: string): string {
  return `/aws-service-role/${service}/`
}

function nameOf(roleName: string, suffix: string | undefined): string {
  return suffix === undefined ? roleName : `${roleName}_${suffix}`
}

function policyArnOf(policyName: string): string {
  return `arn:aws:iam::aws:policy/aws-service-role/${policyName}`
}

function trustOf(service: string): string {
  const statement = { Effect: 'Allow', Principal: { Service: service }, Action: 'sts:AssumeRole' }
  return JSON.stringify({ Version: '2012-10-17', Statement: [statement] })
}

function taken(name: string): string {
  return `Service role name ${name} has been taken in this account, please try a different suffix.`
}

function unknownService(service: string, world: World<'InvalidInput'>): never {
  throw world.fault('InvalidInput', `The service ${service} has no service-linked role.`)
}
