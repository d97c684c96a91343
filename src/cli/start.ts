import { type Command, CommanderError } from 'commander'
import type { Program } from './program.ts'
import { type ExitCode, exitCode, Stop } from './stop.ts'

/** Commands that run beside workloads, where memory is counted: they load nothing of the others. */
const beside = new Set(['agent', 'credential-process'])

/**
 * Runs one command.
 * Takes: the words after the program's name.
 * Gives: the exit code.
 */
export async function run(words: readonly string[], program: Program): Promise<ExitCode> {
  const result: { code: ExitCode } = { code: exitCode.done }
  try {
    const command = beside.has(words[0] ?? '') ? await agentLine(program, result) : await wholeLine(program, result)
    await command.parseAsync([...words], { from: 'user' })
    return result.code
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCode.done : exitCode.usage
    if (!(error instanceof Stop)) throw error
    process.stderr.write(`cardea: ${error.message}\n`)
    return error.code
  }
}

async function wholeLine(program: Program, result: { code: ExitCode }): Promise<Command> {
  const { commandLine } = await import('./run.ts')
  return commandLine(program, result)
}

async function agentLine(program: Program, result: { code: ExitCode }): Promise<Command> {
  const [{ Command }, { addAgents }] = await Promise.all([import('commander'), import('./agent-line.ts')])
  const top = new Command('cardea').exitOverride()
  addAgents(top, program, result)
  return top
}
