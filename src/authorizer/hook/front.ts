import { Fault, type HttpRequest, type HttpResponse } from '#protocol'
import type { Front } from '../front.ts'
import type { Adapter, Hook, HookKind } from './adapter.ts'
import { askHook, type HookGround, mayAsk, refusedHook } from './ask.ts'
import { ceph } from './ceph.ts'
import { envoy } from './envoy.ts'
import { minio } from './minio.ts'
import { nginx } from './nginx.ts'
import { traefik } from './traefik.ts'

const adapters: Readonly<Partial<Record<HookKind, Adapter>>> = { nginx, traefik, envoy, minio, ceph }
const place = '/v1/hook/'

/** Makes what answers servers that ask about their clients' requests. What is not set up answers 404. */
export function hookFront(hooks: readonly Hook[], ground: HookGround): Front {
  const byName = new Map(hooks.map((hook) => [hook.name, hook]))
  const front = (request: HttpRequest) => {
    if (!request.path.startsWith(place)) return undefined
    const end = request.path.indexOf('/', place.length)
    const name = request.path.slice(place.length, end < 0 ? undefined : end)
    const rest = end < 0 ? '' : request.path.slice(end)
    const hook = byName.get(name)
    const adapter = hook && adapters[hook.kind]
    if (hook === undefined || adapter === undefined) return Promise.resolve(plain(404, 'NotFound', 'There is no hook.'))
    return answer({ request, rest, hook, adapter, ground })
  }
  // What asks here carries the signature of its client, which is for another service.
  return Object.assign(front, { takes: ({ path }: HttpRequest) => path.startsWith(place) })
}

interface AtHook {
  readonly request: HttpRequest
  readonly rest: string
  readonly hook: Hook
  readonly adapter: Adapter
  readonly ground: HookGround
}

async function answer({ request, rest, hook, adapter, ground }: AtHook): Promise<HttpResponse> {
  if (!mayAsk(hook, request.remoteAddress, adapter.token(request))) {
    ground.log?.info(
      { hook: hook.name, kind: hook.kind, sourceIp: request.remoteAddress },
      'somebody asked at a hook without its token',
    )
    return plain(403, 'AccessDenied', 'The hook is not for whoever asks.')
  }
  if (rest !== '' && hook.kind !== 'envoy') return plain(404, 'NotFound', 'There is nothing below this hook.')
  try {
    return adapter.answer(await askHook(adapter.question(request, rest), hook, ground))
  } catch (cause) {
    return adapter.answer(refusedHook(cause, hook, { ground, now: ground.now() }))
  }
}

function plain(status: number, code: string, message: string): HttpResponse {
  const { message: text } = new Fault({ code, status, message })
  const headers = { 'content-type': 'application/json', 'cache-control': 'no-store', 'x-amzn-errortype': code }
  return { status, headers, body: JSON.stringify({ __type: code, message: text }) }
}
