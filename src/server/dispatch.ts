import type { HttpRequest, HttpResponse } from '#protocol'
import { answer } from './answer.ts'
import { auditTasks } from './audit-task.ts'
import { federationTasks } from './federation.ts'
import type { House } from './house.ts'
import { answerOperator, operatorPath } from './operator.ts'
import { published } from './published.ts'
import { sessionTasks } from './session.ts'

/** Brings a request to whom it is for: probes, the operator, or AWS's services. Never throws. */
export async function dispatch(request: HttpRequest, house: House): Promise<HttpResponse> {
  if (isProbe(request)) return probed(request.path, house)
  if (house.operator !== undefined && request.path.startsWith(operatorPath)) {
    try {
      return await answerOperator(request, house.operator, {
        ...federationTasks(house),
        ...sessionTasks(house),
        ...auditTasks(house),
      })
    } catch (cause) {
      house.log.error({ path: request.path, err: cause }, 'an operator was not answered')
      return text(500, 'internal failure\n')
    }
  }
  return (await issuerAnswer(request, house)) ?? (await frontAnswer(request, house)) ?? answer(request, house)
}

async function frontAnswer(request: HttpRequest, house: House): Promise<HttpResponse | undefined> {
  try {
    for (const front of house.fronts) {
      const answering = front(request)
      if (answering !== undefined) return await answering
    }
    return undefined
  } catch (cause) {
    house.log.error({ path: request.path, err: cause }, 'an interface beside those of AWS did not answer')
    return text(500, 'internal failure\n')
  }
}

async function issuerAnswer(request: HttpRequest, house: House): Promise<HttpResponse | undefined> {
  try {
    return await published(request, house)
  } catch (cause) {
    house.log.error({ path: request.path, err: cause }, 'the keys of an issuer were not published')
    return text(500, 'internal failure\n')
  }
}

const probes = new Set(['/healthz', '/readyz', '/metrics'])

/** AWS's clients never ask with GET or HEAD, no query and no signature. */
export function isProbe({ method, path, query, headers }: HttpRequest): boolean {
  return (
    (method === 'GET' || method === 'HEAD') &&
    query === '' &&
    headers['authorization'] === undefined &&
    probes.has(path)
  )
}

async function probed(path: string, house: House): Promise<HttpResponse> {
  if (path === '/healthz') return text(200, 'ok\n')
  if (path === '/metrics')
    return {
      status: 200,
      headers: { 'content-type': house.metrics.contentType },
      body: await house.metrics.text(),
    }
  try {
    await house.store.read(({ accounts }) => accounts.byId('000000000000'))
    return text(200, 'ready\n')
  } catch (cause) {
    house.log.error({ err: cause }, 'not ready')
    return text(503, 'not ready\n')
  }
}

function text(status: number, body: string): HttpResponse {
  return { status, headers: { 'content-type': 'text/plain; charset=utf-8' }, body }
}
