import { type Answered, send } from './client.ts'
import type { RunFile } from './place.ts'
import type { AccountSummary, CreatedAccount, NewAccount } from './program.ts'
import { exitCode, Stop } from './stop.ts'

/** Asks a running server to do what needs the store that it holds. */
export interface Operator {
  accounts(): Promise<readonly AccountSummary[]>
  createAccount(asked: NewAccount): Promise<CreatedAccount>
}

/** The operator's side of a running server. Its requests are signed with the key in the run file. */
export function operatorOf(running: RunFile): Operator {
  const call = (method: 'GET' | 'POST', body?: object) =>
    askOperator(running, { method, name: 'accounts', ...(body === undefined ? {} : { body }) })
  return {
    // The server of the same installation answers in the forms that `program.ts` names.
    accounts: async () => (await call('GET')) as readonly AccountSummary[],
    createAccount: async (asked) => (await call('POST', asked)) as CreatedAccount,
  }
}

/**
 * Asks a running server for something that is for its operator only.
 * Gives: the answer's JSON. Errors: `Stop` with the server's words when it refuses.
 */
export async function askOperator(
  { url, operatorKey, certificate }: RunFile,
  { method, name, body }: { readonly method: 'GET' | 'POST'; readonly name: string; readonly body?: object },
): Promise<unknown> {
  const answered = await send({
    url,
    certificate,
    method,
    path: `/cardea/v1/${name}`,
    credentials: { accessKeyId: 'operator', secretAccessKey: operatorKey },
    service: 'cardea',
    contentType: 'application/json',
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  return answerIn(answered)
}

function answerIn({ status, body }: Answered): unknown {
  const value: unknown = parsed(body)
  if (status === 200) return value
  const message = typeof value === 'object' && value !== null && 'message' in value ? String(value.message) : body
  throw new Stop(exitCode.failed, message.slice(0, 500))
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch (cause) {
    throw new Stop(exitCode.server, 'The server gave an answer that is no JSON. Is it a Cardea?', cause)
  }
}
