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
  if (told.role === undefined) remark(output, 'There are no credentials yet; the log says why. It tries again.')
  await new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve())
  })
  await stop()
  return exitCode.done
}

/** Prints credentials in the form of `credential_process`. */
export async function credentialProcess(program: Program, asked: AgentAsked, output: Output): Promise<ExitCode> {
  output.out.write(`${JSON.stringify(await program.processCredentials(asked))}\n`)
  return exitCode.done
}
