import { type Output, say } from '../print.ts'
import type { Program } from '../program.ts'
import { type ExitCode, exitCode } from '../stop.ts'

/** Shows which Cardea this is, and how old the data is that it carries. */
export async function version(program: Program, output: Output): Promise<ExitCode> {
  const { node, managedPolicies, operations } = await program.facts()
  say(output, { version: program.version, node, managedPolicies, operations }, () =>
    [
      `Cardea ${program.version}`,
      `Node ${node}`,
      `AWS managed policies: ${managedPolicies.count}, of ${managedPolicies.date}`,
      `Operations: ${operations}`,
    ].join('\n'),
  )
  return exitCode.done
}
