import { authorizeFront, type Front, groundOf } from './front.ts'
import type { Hook } from './hook/adapter.ts'
import type { DescribeS3 } from './hook/ask.ts'
import { hookFront } from './hook/front.ts'
import type { AuthorizerParts } from './part.ts'

/** What a house opens for services that are not AWS's. */
export interface Authorizer {
  readonly fronts: readonly Front[]
  /** Serves Envoy and Istio over gRPC, where a hook is for them. */
  listenGrpc(settings: import('./hook/envoy-grpc.ts').GrpcSettings): Promise<{ readonly port: number }>
  /** Answers who waits, and lets nobody else wait. */
  stop(): Promise<void>
}

export interface HouseParts extends AuthorizerParts {
  readonly hooks?: readonly Hook[]
  readonly describeS3?: DescribeS3
}

/** Puts together what answers services: the Authorize API, and the hooks that the operator set up. */
export function createAuthorizer({ hooks = [], describeS3, ...parts }: HouseParts): Authorizer {
  const ground = { ...groundOf(parts), ...(describeS3 === undefined ? {} : { describeS3 }) }
  const ends: (() => Promise<void>)[] = []
  return {
    fronts: [authorizeFront(ground), hookFront(hooks, ground)],
    async listenGrpc(settings) {
      // Loaded where it is wanted alone: it is large.
      const { listenGrpc } = await import('./hook/envoy-grpc.ts')
      const own = hooks.filter(({ kind }) => kind === 'envoy-grpc')
      const { port, stop } = await listenGrpc(settings, own, ground)
      ends.push(stop)
      return { port }
    },
    async stop() {
      ground.changes.stop()
      await Promise.all(ends.map((end) => end()))
    },
  }
}
