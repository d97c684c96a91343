export { type DenialGroup, type DenialQuery, denials } from './denial.ts'
export { type Asking, type ExplainedDecision, explainDecision } from './explain.ts'
export type { MayRead, ReadNeed } from './hide.ts'
