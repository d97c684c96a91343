import { askOperator } from './operator.ts'
import { placeOf, readRunFile } from './place.ts'
import type { Program } from './program.ts'
import type { Settings } from './setting.ts'

/** Where a command finds the installation. */
export interface House {
  readonly program: Program
  readonly settings: Settings
}

/** Asks for one thing after the other. */
export type Ask = (name: string, body: object) => Promise<unknown>

/** Lets `work` ask the server that holds the store; when none runs, it opens the store for the while. */
export async function withInstallation<Value>(house: House, work: (ask: Ask) => Promise<Value>): Promise<Value> {
  const { program, settings } = house
  const running = readRunFile(settings.data)
  if (running !== undefined) return work((name, body) => askOperator(running, { method: 'POST', name, body }))
  const installation = await program.open(placeOf({ ...settings, ephemeral: false }, process.env))
  try {
    return await work((name, body) => installation.perform(name, body))
  } finally {
    await installation.close()
  }
}
