import { readFileSync } from 'node:fs'
import { type Answered, answerIn, send } from '../client.ts'
import { type Output, say } from '../print.ts'
import type { Program } from '../program.ts'
import type { Settings } from '../setting.ts'
import { type ExitCode, exitCode, Stop } from '../stop.ts'
import { identities, withServer } from '../transfer/connect.ts'

/** Where a command finds the installation, and as whom it asks. */
export interface House {
  readonly program: Program
  readonly settings: Settings
  /** The name of a profile. Absent: whoever the shell is connected as, or the first profile. */
  readonly as: string | undefined
}

/** Keeps the policy of a resource. Takes: a file; `-` is standard input. */
export async function putPolicy(
  house: House,
  { resourceArn, file }: { readonly resourceArn: string; readonly file: string },
  output: Output,
): Promise<ExitCode> {
  await ask(house, 'put-policy', { resourceArn, policy: textOf(file) })
  say(output, { resourceArn }, () => `The policy of ${resourceArn} is kept.`)
  return exitCode.done
}

/** Shows the policy that is kept of a resource. */
export async function getPolicy(house: House, resourceArn: string, output: Output): Promise<ExitCode> {
  const found = await ask(house, 'get-policy', { resourceArn })
  say(output, found, () => String(Reflect.get(found, 'policy')))
  return exitCode.done
}

/** Forgets the policy of a resource. */
export async function deletePolicy(house: House, resourceArn: string, output: Output): Promise<ExitCode> {
  await ask(house, 'delete-policy', { resourceArn })
  say(output, { resourceArn }, () => `No policy of ${resourceArn} is kept any more.`)
  return exitCode.done
}

function textOf(file: string): string {
  try {
    return readFileSync(file === '-' ? 0 : file, 'utf8')
  } catch (cause) {
    throw new Stop(exitCode.usage, `${file} cannot be read: ${(cause as Error).message}`, cause)
  }
}

function ask({ program, settings, as }: House, name: string, body: object): Promise<object> {
  return withServer(program, settings, async (server) => {
    for await (const { connection } of identities(server, as === undefined ? [] : [as])) {
      const path = `/cardea/resource/v1/${name}`
      const asked = { method: 'POST', path, service: 'cardea', contentType: 'application/json' } as const
      return objectIn(await send({ ...connection, ...asked, body: JSON.stringify(body) }))
    }
    throw new Stop(exitCode.failed, 'The server accepts no keys that are known here. Name a profile with --as.')
  })
}

function objectIn(answered: Answered): object {
  const value = answerIn(answered)
  if (typeof value === 'object' && value !== null) return value
  throw new Stop(exitCode.failed, answered.body.slice(0, 1000))
}
