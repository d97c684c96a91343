import { type Output, remark, say } from '../print.ts'
import type { AgentAsked, Program } from '../program.ts'
import { type ExitCode, exitCode } from '../stop.ts'

/** Gives workloads of this machine credentials that rotate, until it is told to end. */
export async function agent(program: Program, asked: AgentAsked, output: Output): Promise<ExitCode> {
  const running = await program.agent(asked)
  const { stop, ...told } = running
  say(output, { ...told, pid: process.pid }, () =>
    [
      `The agent answers${told.instance === undefined ? '' : ` as ${told.instance}`}. Workloads find it with:`,
      '',
      `  export AWS_EC2_METADATA_SERVICE_ENDPOINT=${told.imds}`,
      '',
      'or, where only those who can read a file may have credentials:',
      '',
      `  export AWS_CONTAINER_CREDENTIALS_FULL_URI=${told.container}`,
      `  export AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE=${told.tokenFile}`,
    ].join('\n'),
  )
  if (travelsInClear(asked.server)) remark(output, clear)
  if (told.role === undefined) remark(output, 'There are no credentials yet; the log says why. It tries again.')
  await new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve())
  })
  await stop()
  return exitCode.done
}

const clear =
  'Warning: the server is reached without TLS. What it answers holds credentials, and everybody on the way can read it. ' +
  'Give the server --tls-cert and --tls-key, or reach it on 127.0.0.1.'

function travelsInClear(server: string | undefined): boolean {
  return server !== undefined && /^http:\/\/(?!(?:127\.\d+\.\d+\.\d+|localhost|\[::1\])(?:[:/]|$))/i.test(server)
}

/** Prints credentials in the form of `credential_process`. */
export async function credentialProcess(program: Program, asked: AgentAsked, output: Output): Promise<ExitCode> {
  output.out.write(`${JSON.stringify(await program.processCredentials(asked))}\n`)
  return exitCode.done
}
