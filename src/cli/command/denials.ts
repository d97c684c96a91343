import type { Fix } from '#analysis'
import { type House, withInstallation } from '../installation.ts'
import { coloursFor, type Output, remark, say } from '../print.ts'
import { renderedFixes } from '../rendering.ts'
import { type ExitCode, exitCode } from '../stop.ts'
import { plain } from '../told-record.ts'

export interface DenialsAsked {
  readonly account?: string
  /** Milliseconds since 1970. */
  readonly from?: number
  readonly limit: number
}

interface DenialGroup {
  readonly principal: string
  readonly action: string
  readonly resource: string
  readonly cause: string
  readonly count: number
  readonly first: string
  readonly last: string
  readonly requestId: string
  readonly decisionId?: string
  readonly reportOnly: boolean
  readonly fixes?: readonly Fix[]
}

/** Shows recent refusals in groups, the newest first, each with the smallest change that would have allowed it. */
export function showDenials(house: House, asked: DenialsAsked, output: Output): Promise<ExitCode> {
  return withInstallation(house, async (ask) => {
    // The installation answers in the form that this file names.
    const found = (await ask('audit/denials', asked)) as {
      readonly groups: readonly DenialGroup[]
      readonly more: boolean
    }
    say(output, found, () => textOf(found.groups, output))
    if (found.more) remark(output, 'There are more; ask for a shorter time, or with a larger --limit.')
    return exitCode.done
  })
}

function textOf(groups: readonly DenialGroup[], output: Output): string {
  return groups.length === 0 ? 'Nothing was refused.' : groups.map((group) => blockOf(group, output)).join('\n\n')
}

function blockOf(group: DenialGroup, output: Output): string {
  const { principal, action, resource, cause, count, first, last, requestId, decisionId, reportOnly, fixes } = group
  const colours = coloursFor(output.out)
  const times = count === 1 ? `once, ${last}` : `${count} times, ${first} to ${last}`
  const lines = [
    colours.bold(`${plain(action)} on ${plain(resource)}`),
    row('by', plain(principal)),
    row(reportOnly ? 'reported' : 'refused', times),
    row('why', plain(cause)),
    row('ask more', `cardea explain ${plain(decisionId ?? requestId)}`),
  ]
  return fixes === undefined ? lines.join('\n') : [...lines, indented(renderedFixes(fixes, colours))].join('\n')
}

function row(name: string, value: string): string {
  return `  ${name.padEnd(12)}${value}`
}

function indented(text: string): string {
  return text.replace(/^/gm, '  ')
}
