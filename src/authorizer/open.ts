import { readFileSync } from 'node:fs'
import { type Authorizer, createAuthorizer } from './authorizer.ts'
import type { Hook } from './hook/adapter.ts'
import type { DescribeS3 } from './hook/ask.ts'
import { HookSettingError, hooksIn } from './hook/config.ts'
import type { AuthorizerParts } from './part.ts'

/** What an operator sets of the authorizer. */
export interface AuthorizerSettings {
  /** A JSON file of hooks. */
  readonly hook: string | undefined
  readonly extAuthzPort: number | undefined
  /** PEM. */
  readonly extAuthzClientCa: string | undefined
  readonly recordDecisions: string
  readonly host: string
  /** PEM, as text. */
  readonly tls?: { readonly cert: string; readonly key: string } | undefined
}

export interface Opening {
  readonly parts: Omit<AuthorizerParts, 'recorded'>
  readonly settings: AuthorizerSettings
  /** Loaded where a hook needs it. */
  describer(): Promise<DescribeS3>
}

/**
 * Opens the authorizer of a server.
 * Errors: `HookSettingError` for settings that cannot be used; those of the system when the port cannot be had.
 */
export async function openAuthorizer({ parts, settings, describer }: Opening): Promise<Authorizer> {
  const { extAuthzPort, recordDecisions, host } = settings
  const { hooks, tls } = checkAuthorizer(settings)
  const recorded = recordDecisions === 'all' ? 'all' : 'refusals'
  const describeS3 = hooks.some(({ kind }) => kind === 'ceph') ? await describer() : undefined
  const authorizer = createAuthorizer({ ...parts, recorded, hooks, ...(describeS3 && { describeS3 }) })
  if (extAuthzPort !== undefined) {
    const { port } = await authorizer.listenGrpc({ host, port: extAuthzPort, ...(tls && { tls }) })
    parts.log?.info({ port, hooks: hooks.filter(({ kind }) => kind === 'envoy-grpc').length }, 'ext_authz over gRPC')
  }
  return authorizer
}

/** Looks at what an operator set, before anything is made. Errors: `HookSettingError`. */
export function checkAuthorizer(settings: AuthorizerSettings) {
  const hooks = settings.hook === undefined ? [] : hooksIn(settings.hook)
  return { hooks, tls: grpcTls(hooks, settings) }
}

function grpcTls(hooks: readonly Hook[], { extAuthzPort, extAuthzClientCa, tls }: AuthorizerSettings) {
  const own = hooks.filter(({ kind }) => kind === 'envoy-grpc')
  if (own.length > 0 && extAuthzPort === undefined)
    throw new HookSettingError(`The hook ${own[0]?.name} is asked over gRPC: set --ext-authz-port.`)
  if (own.length === 0 && extAuthzPort !== undefined)
    throw new HookSettingError('--ext-authz-port is set, and no hook is of the kind envoy-grpc.')
  const mutual = own.find(({ mutualTls }) => mutualTls)
  if (mutual !== undefined && extAuthzClientCa === undefined)
    throw new HookSettingError(`The hook ${mutual.name} asks for certificates: set --ext-authz-client-ca.`)
  if (extAuthzClientCa !== undefined && tls === undefined)
    throw new HookSettingError('--ext-authz-client-ca needs --tls-cert and --tls-key.')
  if (tls === undefined) return undefined
  return { ...tls, ...(extAuthzClientCa === undefined ? {} : { clientCa: readText(extAuthzClientCa) }) }
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (cause) {
    throw new HookSettingError(`${path} cannot be read: ${(cause as Error).message}`, { cause })
  }
}
