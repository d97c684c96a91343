import type { ServerUnaryCall, ServiceClientConstructor, sendUnaryData } from '@grpc/grpc-js'
import { loadPackageDefinition, Metadata, Server, ServerCredentials, status } from '@grpc/grpc-js'
import { fromJSON } from '@grpc/proto-loader'
import { invalid } from '../input.ts'
import type { Forwarded } from '../proof.ts'
import { type Hook, type HookAnswer, tokenHeader } from './adapter.ts'
import { askHook, type HookGround, mayAsk, refusedHook } from './ask.ts'
import { envoyInterface, envoyService } from './envoy-interface.ts'
import { addressIn, decisionHeaders } from './original.ts'

/** How the port for Envoy and Istio is served. */
export interface GrpcSettings {
  readonly host: string
  /** 0: a free one. */
  readonly port: number
  /** PEM. Absent: plain. */
  readonly tls?: { readonly cert: string; readonly key: string; readonly clientCa?: string }
}

export interface GrpcListening {
  readonly port: number
  stop(): Promise<void>
}

/** What a call carries. Protobuf leaves out what it does not say. */
interface Check {
  readonly attributes?: {
    readonly source?: { readonly address?: { readonly socketAddress?: { readonly address?: string } } } | null
    readonly request?: { readonly http?: CheckedHttp | null } | null
    readonly contextExtensions?: Readonly<Record<string, string>>
  } | null
}

interface CheckedHttp {
  readonly method: string
  readonly headers: Readonly<Record<string, string>>
  readonly path: string
  readonly host: string
  readonly scheme: string
  readonly size: string
  readonly body: string
  readonly rawBody: Uint8Array
}

const options = { keepCase: false, longs: String, defaults: true, oneofs: false, arrays: true } as const
const largest = 4_194_304

/**
 * Serves `ext_authz` over gRPC.
 * Errors: those of the system when the address cannot be had, and of TLS when the certificate cannot be used.
 */
export async function listenGrpc(
  settings: GrpcSettings,
  hooks: readonly Hook[],
  ground: HookGround,
): Promise<GrpcListening> {
  if (settings.tls?.clientCa === undefined && hooks.some(({ mutualTls }) => mutualTls))
    throw new Error('a hook asks for certificates, and the port does not')
  const server = new Server({ 'grpc.max_receive_message_length': largest })
  const loaded = loadPackageDefinition(fromJSON(envoyInterface, options))
  server.addService(serviceIn(loaded, envoyService).service, {
    Check: (call: ServerUnaryCall<Check, object>, respond: sendUnaryData<object>) => {
      check(call, hooks, ground).then(
        (answer) => (answer === undefined ? respond(refusal) : respond(null, responseOf(answer))),
        (err: unknown) => {
          ground.log?.error({ err }, 'a hook failed')
          respond({ code: status.INTERNAL, details: 'The request failed for an unknown reason.' })
        },
      )
    },
  })
  const { host, port, tls } = settings
  const address = `${host.includes(':') ? `[${host}]` : host}:${port}`
  const taken = await new Promise<number>((resolve, reject) =>
    server.bindAsync(address, credentialsOf(tls), (cause, bound) => (cause === null ? resolve(bound) : reject(cause))),
  )
  return {
    port: taken,
    stop: () =>
      new Promise((resolve) => {
        const late = setTimeout(() => server.forceShutdown(), 5_000)
        server.tryShutdown(() => {
          clearTimeout(late)
          resolve()
        })
      }),
  }
}

const refusal = {
  code: status.PERMISSION_DENIED,
  details: 'The hook is not for whoever asks.',
  metadata: new Metadata(),
}

function serviceIn(loaded: object, name: string): ServiceClientConstructor {
  let found: unknown = loaded
  for (const part of name.split('.')) found = Reflect.get(Object(found), part)
  // The interface above says that it is one.
  return found as ServiceClientConstructor
}

function credentialsOf(tls: GrpcSettings['tls']): ServerCredentials {
  if (tls === undefined) return ServerCredentials.createInsecure()
  const { cert, key, clientCa } = tls
  const pair = { cert_chain: Buffer.from(cert), private_key: Buffer.from(key) }
  return ServerCredentials.createSsl(
    clientCa === undefined ? null : Buffer.from(clientCa),
    [pair],
    clientCa !== undefined,
  )
}

/** Gives: `undefined` for whoever may ask at no hook. */
async function check(
  call: ServerUnaryCall<Check, object>,
  hooks: readonly Hook[],
  ground: HookGround,
): Promise<HookAnswer | undefined> {
  const [token] = call.metadata.get(tokenHeader).map(String)
  const address = peerAddress(call.getPeer())
  const hook = hooks.find((one) => mayAsk(one, address, token))
  if (hook === undefined) {
    ground.log?.info({ kind: 'envoy-grpc', sourceIp: address }, 'somebody asked at a hook without its token')
    return undefined
  }
  try {
    return await askHook({ kind: 'sent', forwarded: forwardedIn(call.request) }, hook, ground)
  } catch (cause) {
    return refusedHook(cause, hook, { ground, now: ground.now() })
  }
}

/** `127.0.0.1:4711`, `[::1]:4711` and `ipv4:127.0.0.1:4711` give the address. */
function peerAddress(peer: string): string {
  const bare = peer.replace(/^ipv[46]:/, '')
  const [, bracketed] = /^\[([^\]]+)\]/.exec(bare) ?? []
  const address = bracketed ?? bare.replace(/:\d+$/, '')
  return address.replace(/^::ffff:/i, '')
}

/** What the client sent. Errors: `ValidationError` for a call without it, and for a body that is not whole. */
function forwardedIn({ attributes }: Check): Forwarded {
  const http = attributes?.request?.http
  if (http === undefined || http === null) throw invalid('The check has no HTTP request.')
  const { method, path, host, scheme, size } = http
  if (!/^[A-Z]{1,32}$/.test(method)) throw invalid('The check has no method.')
  if (!/^\/[!-"$-~]{0,8191}$/.test(path)) throw invalid('The check has no path with its query.')
  const headers: Record<string, readonly string[]> = Object.create(null)
  for (const [name, value] of Object.entries(http.headers))
    if (!name.startsWith(':')) headers[name.toLowerCase()] = [value]
  if (host !== '') headers['host'] = [host]
  const body = http.rawBody.length > 0 ? http.rawBody : Buffer.from(http.body)
  const partial = headers['x-envoy-auth-partial-body']?.[0] === 'true'
  delete headers['x-envoy-auth-partial-body']
  const hasBody = body.length > 0 && !partial && (size === '-1' || size === '0' || Number(size) === body.length)
  const mark = path.indexOf('?')
  return {
    hasBody,
    request: {
      method,
      path: mark < 0 ? path : path.slice(0, mark),
      query: mark < 0 ? '' : path.slice(mark + 1),
      headers,
      body: hasBody ? body : new Uint8Array(),
      remoteAddress: addressIn(attributes?.source?.address?.socketAddress?.address),
      secure: scheme === 'https',
    },
  }
}

function responseOf(answer: HookAnswer): object {
  const headers = Object.entries(decisionHeaders(answer)).map(([key, value]) => ({ header: { key, value } }))
  const { refusal } = answer
  if (refusal === undefined) return { status: { code: status.OK }, okResponse: { headers } }
  const { code, message } = refusal
  const told = [
    { key: 'content-type', value: 'application/json' },
    { key: 'x-amzn-errortype', value: code },
  ]
  return {
    status: { code: status.PERMISSION_DENIED, message: code },
    deniedResponse: {
      status: { code: refusal.status >= 500 ? refusal.status : 403 },
      headers: [...headers, ...told.map((header) => ({ header }))],
      body: JSON.stringify({ __type: code, message }),
    },
  }
}
