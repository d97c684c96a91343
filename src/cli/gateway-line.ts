import type { Command } from 'commander'
import { gateway } from './command/gateway.ts'
import { coverage } from './command/gateway-coverage.ts'
import { deletePolicy, getPolicy, type House, putPolicy } from './command/resource-policy.ts'
import { forGateway } from './gateway-setting.ts'
import type { Program } from './program.ts'
import type { Add } from './run.ts'
import type { SettingName, Settings } from './setting.ts'

export interface GatewayLine {
  readonly top: Command
  readonly program: Program
  /** The settings of a server. */
  readonly takes: readonly SettingName[]
}

/** Adds the command that serves in front of other services. */
export function addGateway({ top, program, takes }: GatewayLine, add: Add): void {
  add({
    parent: top,
    name: 'gateway',
    says: 'serve, and stand before other services: every request to them is decided here first',
    takes: ['data', 'ephemeral', ...forGateway, ...takes],
    act: ({ settings, output }) => gateway(program, settings, output),
  })
  add({
    parent: top,
    name: 'coverage',
    says: 'show what the gateway enforces, what it refuses and what passes',
    takes: ['data'],
    act: ({ settings, words, output }) => coverage(settings, words[0], output),
  }).argument('[service]', 'every operation of this service')
  addPolicies({ top, program }, add)
}

function addPolicies({ top, program }: Pick<GatewayLine, 'top' | 'program'>, add: Add): void {
  const parent = top.command('resource-policy').description('policies of resources that live elsewhere').exitOverride()
  const house = (settings: Settings, flags: Readonly<Record<string, unknown>>): House => {
    const { as } = flags
    return { program, settings, as: typeof as === 'string' ? as : undefined }
  }
  const list = (name: string, says: string, act: Parameters<Add>[0]['act']) =>
    add({ parent, name, says, takes: ['data'], act })
      .option('--as <name>', 'the profile whose credentials ask')
      .argument('<arn>', 'the resource')
  list('put', 'keep the policy of a resource, and decide by it', ({ settings, flags, words, output }) => {
    const [resourceArn = '', file = '-'] = words
    return putPolicy(house(settings, flags), { resourceArn, file }, output)
  }).argument('[file]', 'the policy; standard input when absent or -')
  list('get', 'show the policy that is kept of a resource', ({ settings, flags, words, output }) =>
    getPolicy(house(settings, flags), words[0] ?? '', output),
  )
  list('delete', 'forget the policy of a resource', ({ settings, flags, words, output }) =>
    deletePolicy(house(settings, flags), words[0] ?? '', output),
  )
}
