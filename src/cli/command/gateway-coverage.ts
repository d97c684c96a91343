import { askOperator } from '../operator.ts'
import { readRunFile } from '../place.ts'
import { type Output, say } from '../print.ts'
import type { Covered, Serving } from '../program.ts'
import type { Settings } from '../setting.ts'
import { type ExitCode, exitCode, Stop } from '../stop.ts'

/** Lines that tell at the start what becomes of requests to other services. */
export function gatewayLines(
  { covered }: Pick<Serving, 'covered'>,
  { reportOnly }: Pick<Settings, 'reportOnly'>,
): readonly string[] {
  if (covered === undefined) return []
  const mode =
    reportOnly === true
      ? 'reported only: nothing is refused for want of a permission'
      : 'enforced; what cannot be described is refused'
  return [`Gateway      ${mode} (cardea coverage)`, ...covered.map((one) => `             ${summaryOf(one)}`)]
}

function summaryOf({ service, upstream, enforced, refused, passes }: Covered): string {
  const counts = `${enforced.length} operations enforced, ${Object.keys(refused).length} refused`
  const passing = passes.length === 0 ? '' : `, pass undecided: ${passes.join(', ')}`
  return `${service.padEnd(14)} → ${upstream}  ${counts}${passing}`
}

/** Asks the running server what its gateway enforces, refuses and lets pass. Errors: `Stop` when none runs. */
export async function coverage(settings: Settings, service: string | undefined, output: Output): Promise<ExitCode> {
  const running = readRunFile(settings.data)
  if (running === undefined) throw new Stop(exitCode.server, `No server runs on ${settings.data}.`)
  // The server of the same installation answers in the form that `program.ts` names.
  const all = (await askOperator(running, { method: 'GET', name: 'coverage' })) as readonly Covered[]
  const found = service === undefined ? all : all.filter((one) => one.service === service)
  say(output, found, () => textOf(found, service !== undefined))
  return exitCode.done
}

function textOf(found: readonly Covered[], isDetailed: boolean): string {
  if (found.length === 0) return 'No service has an upstream.'
  return found
    .flatMap((one) => [
      summaryOf(one),
      ...(isDetailed ? one.enforced.map((name) => `  enforced  ${name}`) : []),
      ...Object.entries(one.refused).map(([name, reason]) => `  refused   ${name}: ${reason}`),
      ...one.passes.map((name) => `  passes    ${name}`),
    ])
    .join('\n')
}
