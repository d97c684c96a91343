import assert from 'node:assert/strict'
import type { Ruling } from '#access'
import { modelOf } from '#models'
import { signRequest } from '#protocol'
import type { Credentials, FrontDoor } from '../front-door.ts'

/** What a service that is no part of the house asks it about a caller. */
export interface Question {
  readonly action: string
  readonly resource?: string
  readonly context?: Readonly<Record<string, string>>
}

/** Asks as a service does that got a request with these credentials. */
export async function ask(door: FrontDoor, credentials: Credentials, question: Question): Promise<Ruling> {
  const { action, resource = 'arn:aws:s3:::bucket/key', context = {} } = question
  const { caller, request, now } = await callerWith(door, credentials)
  const touched = [{ arn: resource }]
  return door.store.read((tables) =>
    door.house.access.authorize({ caller, action, touched, context, request, now, tables, open: false }),
  )
}

/** Who calls with these credentials, and the request. */
export async function callerWith(door: FrontDoor, credentials: Credentials) {
  const headers = { host: 'cardea.test', 'content-type': 'application/x-www-form-urlencoded' }
  const plain = { method: 'POST', path: '/', query: '', headers, body: new TextEncoder().encode('x=y') }
  const now = door.now()
  const signed = signRequest({ ...plain, credentials, scope: { region: 'us-east-1', service: 'sts' }, now })
  const request = {
    ...plain,
    headers: Object.fromEntries(Object.entries(signed).map(([name, value]) => [name.toLowerCase(), [value]])),
    remoteAddress: '203.0.113.9',
    secure: false,
  }
  const caller = await door.house.access.authenticate(request, { service: modelOf('sts') }, now)
  assert.ok(caller.kind !== 'anonymous')
  return { caller, request, now }
}
