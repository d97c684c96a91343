export { describe } from './describe.ts'
export type * from './described.ts'
export { identifyTarget, nameTarget } from './identify.ts'
export { isNotCovered, notCovered } from './refusal.ts'
