import type { ServerResponse } from 'node:http'
import { Fault, type HttpRequest, SigningKeys } from '#protocol'
import { dispatch, type House, headOf, type Passage } from '#server'
import { bodyOf } from './body.ts'
import { type Covered, coveredBy } from './covered.ts'
import { type Asked, pass, refuseAsked } from './gateway.ts'
import type { GatewayHouse, GatewaySettings } from './house.ts'
import { Keeper } from './keeper.ts'
import { addresseeOf, sure } from './own.ts'
import { plainReader } from './reader.ts'
import { refuse } from './refuse.ts'
import { Upstreams } from './upstream.ts'

export type { Covered } from './covered.ts'
export type { GatewaySettings, UpstreamCredentials } from './house.ts'
export { answerResource, type ResourceParts, resourceFront } from './resource/front.ts'
export { describeS3, type S3Needs } from './s3-needs.ts'
export { type Given, SettingError, settingsOf } from './setting.ts'

/** What stands before other services. */
export interface Gateway {
  /** Takes the requests that are for them. */
  readonly passage: Passage
  /** What is enforced, what is refused, and what passes. */
  covered(): readonly Covered[]
  /** Ends the connections to them. */
  close(): Promise<void>
}

export interface GatewayParts {
  readonly house: House
  readonly settings: GatewaySettings
  /** Whether clients connect with TLS. */
  readonly secure: boolean
  /** The most bytes of a body that is for this installation itself. */
  readonly maxBody: number
}

/** Puts together what stands before other services. */
export function createGateway({ house, settings, secure, maxBody }: GatewayParts): Gateway {
  const upstreams = new Upstreams(settings)
  const gateway: GatewayHouse = {
    house,
    settings,
    upstreams,
    keeper: new Keeper(house.store, settings.account),
    backlog: { wait: undefined },
  }
  const signingKeys = new SigningKeys()
  return {
    passage: {
      takes(incoming, outgoing) {
        const head = headOf(incoming, secure)
        if (incoming.httpVersionMajor !== 1 || !incoming.url?.startsWith('/')) return refuseTarget(outgoing, head)
        const addressee = addresseeOf(head, house)
        if (addressee === 'own') return false
        if (addressee === 'other') void pass({ incoming, outgoing, head }, gateway, signingKeys)
        else void ask({ incoming, outgoing, head })
        return true
      },
    },
    covered: () => coveredBy(gateway),
    close: () => upstreams.close(),
  }

  /** Reads a body to find out whom its request is for. */
  async function ask(asked: Asked): Promise<void> {
    try {
      const read = await wholeBody(asked, { most: maxBody, idle: settings.timeout })
      const request = { ...asked.head, body: read }
      if (sure(request, house) === 'own') send(asked.outgoing, await dispatch(request, house))
      else await pass({ ...asked, read }, gateway, signingKeys)
    } catch (cause) {
      await refuseAsked(cause, asked, gateway)
    }
  }
}

/** Errors: `Fault` for one that is too large or too slow. */
function wholeBody(
  { incoming, outgoing }: Asked,
  { most, idle }: { readonly most: number; readonly idle: number },
): Promise<Buffer> {
  const length = incoming.headers['content-length']
  const go = () => {
    if (incoming.headers.expect !== undefined) outgoing.writeContinue()
  }
  return bodyOf({
    incoming,
    reader: plainReader(),
    length: length === undefined ? undefined : Number(length),
    isSent: length !== undefined || incoming.headers['transfer-encoding'] !== undefined,
    go,
    idle,
  }).whole(most)
}

function send(outgoing: ServerResponse, { status, headers, body }: Awaited<ReturnType<typeof dispatch>>): void {
  outgoing.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(body) })
  outgoing.end(body)
}

/** A target that names another server is for a proxy, which this is not. */
function refuseTarget(outgoing: ServerResponse, head: HttpRequest): true {
  const message = 'The target of the request must be a path, and its protocol HTTP/1.'
  const fault = new Fault({ code: 'InvalidRequest', status: 400, message })
  const { status, headers, body } = refuse(fault, { head, target: undefined, requestId: 'none' })
  outgoing.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(body), connection: 'close' })
  outgoing.end(body)
  return true
}
