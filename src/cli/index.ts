export { nearest } from './nearest.ts'
export type {
  AccountSummary,
  CreatedAccount,
  Facts,
  Installation,
  NewAccount,
  Place,
  Program,
  Serving,
} from './program.ts'
export { run } from './run.ts'
export type { Settings } from './setting.ts'
export { type ExitCode, exitCode, Stop } from './stop.ts'
