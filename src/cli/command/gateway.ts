import type { Output } from '../print.ts'
import type { Program } from '../program.ts'
import type { Settings } from '../setting.ts'
import { type ExitCode, exitCode, Stop } from '../stop.ts'
import { serve } from './serve.ts'

/** Serves, and stands before other services. Errors: `Stop` when none is named. */
export async function gateway(program: Program, settings: Settings, output: Output): Promise<ExitCode> {
  if (settings.upstream === undefined && settings.service === undefined)
    throw new Stop(exitCode.usage, 'Say where requests go on to: --upstream URL, or --service s3=URL.')
  return serve(program, settings, output)
}
