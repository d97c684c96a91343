import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CreateAccessKeyCommand, CreateUserCommand, PutUserPolicyCommand } from '@aws-sdk/client-iam'
import { type Authorizer, createAuthorizer, hooksIn } from '#authorizer'
import { createHouse, type Listening, listen } from '#server'
import { operations } from '#services'
import { type Credentials, type FrontDoor, openFrontDoor } from '../front-door.ts'
import { acme } from './door.ts'

export const account = '111122223333'
/** What servers show at hooks. */
export const token = 'a-token-that-nobody-guesses-0123456789'

/** A house on a port with the real clock, the service of the tests, and a user who may read photos. */
export interface AuthorizerServer {
  readonly door: FrontDoor
  readonly authorizer: Authorizer
  readonly server: Listening
  readonly ann: Credentials
  readonly folder: string
  close(): Promise<void>
}

/** Takes: the hooks, as an operator writes them. */
export async function serveAuthorizer(hooks: readonly object[]): Promise<AuthorizerServer> {
  const folder = mkdtempSync(join(tmpdir(), 'cardea-authorizer-'))
  const file = join(folder, 'hooks.json')
  writeFileSync(file, JSON.stringify({ hooks }))
  const door = await openFrontDoor(account)
  door.pass(Date.now() - door.now())
  const { store } = door
  const { access } = door.house
  const service = { account, prefix: 'acme', definition: JSON.stringify(acme), createdAt: 0, updatedAt: 0 }
  await store.write(account, ({ services }) => services.put(service))
  const ann = await reader(door)
  const authorizer = createAuthorizer({ store, access, now: Date.now, hooks: hooksIn(file) })
  const house = createHouse({ store, access, operations, fronts: authorizer.fronts })
  const server = await listen(house, { host: '127.0.0.1', port: 0 })
  return {
    ...{ door, authorizer, server, ann, folder },
    async close() {
      await authorizer.stop()
      await server.stop()
      await door.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

async function reader(door: FrontDoor): Promise<Credentials> {
  const { iam } = door.as(door.administrator)
  await iam.send(new CreateUserCommand({ UserName: 'ann' }))
  const Statement = { Effect: 'Allow', Action: 'acme:GetPhoto', Resource: '*' }
  const PolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement })
  await iam.send(new PutUserPolicyCommand({ UserName: 'ann', PolicyName: 'p', PolicyDocument }))
  const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName: 'ann' }))
  return { accessKeyId: AccessKey?.AccessKeyId ?? '', secretAccessKey: AccessKey?.SecretAccessKey ?? '' }
}
