export { nearest } from './nearest.ts'
export type {
  AccountSummary,
  AgentAsked,
  Agenting,
  CreatedAccount,
  Facts,
  Installation,
  NewAccount,
  Place,
  Program,
  Serving,
} from './program.ts'
export type { Settings } from './setting.ts'
export { run } from './start.ts'
export { type ExitCode, exitCode, Stop } from './stop.ts'
