import { createHash } from 'node:crypto'
import type { ServiceCredential, User } from '#store'
import type { Scope, World } from '../operation.ts'
import { dateOf } from './date.ts'
import { touchedUser, userNamed } from './entity.ts'
import { iam } from './iam.ts'
import { openListing, portion } from './marker.ts'
import { makeRoom } from './quota.ts'
import { touchedSelf, userMeant } from './self.ts'
import { oldestFirst } from './status.ts'

export const CreateServiceSpecificCredential = iam('CreateServiceSpecificCredential', {
  resource: ({ UserName }, scope) => touchedUser(UserName, scope),
  context: ({ ServiceName, CredentialAgeDays }) => ({
    'iam:ServiceSpecificCredentialServiceName': ServiceName,
    'iam:ServiceSpecificCredentialAgeDays': CredentialAgeDays === undefined ? undefined : String(CredentialAgeDays),
  }),

  async run({ UserName, ServiceName, CredentialAgeDays }, world) {
    const { account, tables, now, mint, fault } = world
    const user = await userNamed(UserName, world)
    const kind = kindOf(ServiceName, world)
    if (CredentialAgeDays !== undefined && kind === 'password')
      throw fault('ValidationError', `Credentials of ${ServiceName} do not expire.`)
    const held = (await tables.serviceCredentials.ofUser(user.id)).filter(({ service }) => service === ServiceName)
    makeRoom('ServiceSpecificCredentialsPerUser', held.length, world)
    const id = mint('ACCA')
    const login = await freeLogin(user, ServiceName, world)
    const { secret, secretHash } = newSecret(kind, login, world)
    const credential: ServiceCredential = {
      id,
      account,
      userId: user.id,
      service: ServiceName,
      login,
      secretHash,
      active: true,
      createdAt: now,
      ...(CredentialAgeDays === undefined ? {} : { expiresAt: now + CredentialAgeDays * day }),
    }
    if (!(await tables.serviceCredentials.add(credential))) throw new Error(`the login ${login} is taken`)
    return { ServiceSpecificCredential: { ...shown(credential, user, world), ...shownSecret(kind, secret) } }
  },
})

export const ListServiceSpecificCredentials = iam('ListServiceSpecificCredentials', {
  resource: ({ UserName, AllUsers = false }, scope) =>
    AllUsers ? `arn:aws:iam::${scope.account}:user/*` : touchedSelf(UserName, scope),

  async run({ UserName, AllUsers = false, ServiceName, ...page }, world) {
    if (ServiceName !== undefined) kindOf(ServiceName, world)
    if (AllUsers && UserName !== undefined)
      throw world.fault('ValidationError', 'UserName and AllUsers cannot be given together.')
    const credentials = AllUsers
      ? await world.tables.serviceCredentials.list(world.account)
      : await world.tables.serviceCredentials.ofUser((await userMeant(UserName, world)).id)
    const wanted = credentials.filter(({ service }) => ServiceName === undefined || service === ServiceName)
    const listing = openListing('ListServiceSpecificCredentials', page, world)
    const found = portion(wanted, oldestFirst, listing.page)
    const ServiceSpecificCredentials = await Promise.all(found.items.map((one) => listed(one, world)))
    return { ServiceSpecificCredentials, ...listing.end(found, oldestFirst) }
  },
})

export const UpdateServiceSpecificCredential = iam('UpdateServiceSpecificCredential', {
  resource: ({ UserName }, scope) => touchedSelf(UserName, scope),
  context: ({ ServiceSpecificCredentialId }, scope) => serviceContext(ServiceSpecificCredentialId, scope),

  async run({ UserName, ServiceSpecificCredentialId, Status }, world) {
    const credential = await heldBy(await userMeant(UserName, world), ServiceSpecificCredentialId, world)
    if (Status === 'Expired') throw world.fault('ValidationError', 'The status Expired cannot be set.')
    await world.tables.serviceCredentials.update({ ...credential, active: Status === 'Active' })
    return {}
  },
})

export const ResetServiceSpecificCredential = iam('ResetServiceSpecificCredential', {
  resource: ({ UserName }, scope) => touchedSelf(UserName, scope),
  context: ({ ServiceSpecificCredentialId }, scope) => serviceContext(ServiceSpecificCredentialId, scope),

  async run({ UserName, ServiceSpecificCredentialId }, world) {
    const user = await userMeant(UserName, world)
    const credential = await heldBy(user, ServiceSpecificCredentialId, world)
    const kind = kinds.get(credential.service) ?? 'password'
    const { secret, secretHash } = newSecret(kind, credential.login, world)
    await world.tables.serviceCredentials.update({ ...credential, secretHash })
    return { ServiceSpecificCredential: { ...shown(credential, user, world), ...shownSecret(kind, secret) } }
  },
})

export const DeleteServiceSpecificCredential = iam('DeleteServiceSpecificCredential', {
  resource: ({ UserName }, scope) => touchedSelf(UserName, scope),
  context: ({ ServiceSpecificCredentialId }, scope) => serviceContext(ServiceSpecificCredentialId, scope),

  async run({ UserName, ServiceSpecificCredentialId }, world) {
    const credential = await heldBy(await userMeant(UserName, world), ServiceSpecificCredentialId, world)
    await world.tables.serviceCredentials.remove(credential.id)
    return {}
  },
})

const day = 86_400_000
const secretBytes = 33

/** The services that have such credentials, and whether they are a name and a password or one key that can expire. */
const kinds: ReadonlyMap<string, 'password' | 'apiKey'> = new Map([
  ['codecommit.amazonaws.com', 'password'],
  ['cassandra.amazonaws.com', 'password'],
  ['bedrock.amazonaws.com', 'apiKey'],
])

type Kind = 'password' | 'apiKey'

function kindOf(service: string, world: World<'NotSupportedService'>): Kind {
  const kind = kinds.get(service)
  if (kind === undefined)
    throw world.fault('NotSupportedService', `The service ${service} does not support service-specific credentials.`)
  return kind
}

/** `bob-at-111122223333`, and `bob+1-at-111122223333` when that is taken. */
async function freeLogin({ name, account }: User, service: string, { tables }: Scope): Promise<string> {
  const taken = new Set(await tables.serviceCredentials.logins(account, service))
  for (let count = 0; ; count++) {
    const login = `${name}${count === 0 ? '' : `+${count}`}-at-${account}`
    if (!taken.has(login)) return login
  }
}

function newSecret(kind: Kind, login: string, { random }: World) {
  const chance = Buffer.from(random(secretBytes)).toString('base64')
  const secret = kind === 'password' ? chance : `ABSK${Buffer.from(`${login}:${chance}`).toString('base64')}`
  return { secret, secretHash: createHash('sha256').update(secret).digest('hex') }
}

/** The credential, when it is that user's. Errors: `NoSuchEntity`. */
async function heldBy(user: User, id: string, world: World<'NoSuchEntity'>): Promise<ServiceCredential> {
  const credential = await world.tables.serviceCredentials.byId(id)
  if (credential?.userId !== user.id) throw world.fault('NoSuchEntity', `No such credential ${id} exists`)
  return credential
}

async function serviceContext(id: string, { account, tables }: Scope) {
  const credential = await tables.serviceCredentials.byId(id)
  const service = credential?.account === account ? credential.service : undefined
  return { 'iam:ServiceSpecificCredentialServiceName': service }
}

async function listed(credential: ServiceCredential, world: World) {
  const user = await world.tables.users.byId(credential.userId)
  if (user === undefined) throw new Error(`the credential ${credential.id} has no user`)
  return shown(credential, user, world)
}

function shown({ id, service, login, active, createdAt, expiresAt }: ServiceCredential, user: User, world: World) {
  const expired = expiresAt !== undefined && world.now >= expiresAt
  const inUse: 'Active' | 'Inactive' = active ? 'Active' : 'Inactive'
  const Status: 'Active' | 'Inactive' | 'Expired' = expired ? 'Expired' : inUse
  return {
    CreateDate: dateOf(createdAt),
    ExpirationDate: expiresAt === undefined ? undefined : dateOf(expiresAt),
    ServiceName: service,
    ...(kinds.get(service) === 'apiKey' ? { ServiceCredentialAlias: login } : { ServiceUserName: login }),
    ServiceSpecificCredentialId: id,
    UserName: user.name,
    Status,
  }
}

function shownSecret(kind: Kind, secret: string) {
  return kind === 'apiKey' ? { ServiceCredentialSecret: secret } : { ServicePassword: secret }
}
