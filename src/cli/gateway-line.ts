import type { Command } from 'commander'
import { gateway } from './command/gateway.ts'
import { coverage } from './command/gateway-coverage.ts'
import { forGateway } from './gateway-setting.ts'
import type { Program } from './program.ts'
import type { Add } from './run.ts'
import type { SettingName } from './setting.ts'

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
}
