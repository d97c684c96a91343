export { type AgentParts, type AgentSettings, processCredentials, type RunningAgent, startAgent } from './agent.ts'
export { type Log, lineLog } from './log.ts'
export { Problem } from './problem.ts'
export { refreshAfter, retryAfter } from './refresh.ts'
