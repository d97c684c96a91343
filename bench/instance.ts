import { signRequest } from '#protocol'
import type { Credentials } from './beside.ts'

/** A call about instances. */
export interface InstanceCall {
  readonly name: string
  readonly body: object
  readonly credentials: Credentials
}

/** Makes a call about instances. Errors: throws when it is refused. */
export async function askInstance(url: URL, { name, body, credentials }: InstanceCall) {
  const path = `/cardea/instance/v1/${name}`
  const text = JSON.stringify(body)
  const { host: _, ...headers } = signRequest({
    method: 'POST',
    path,
    query: '',
    headers: { host: url.host, 'content-type': 'application/json' },
    body: Buffer.from(text),
    credentials,
    scope: { region: 'us-east-1', service: 'cardea' },
    now: Date.now(),
  })
  const answer = await fetch(new URL(path, url), { method: 'POST', headers, body: text })
  const value = (await answer.json()) as Readonly<Record<string, unknown>>
  if (answer.status !== 200) throw new Error(JSON.stringify(value))
  return value
}
