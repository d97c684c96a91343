export type { Operation, Scope, Touched, World } from './operation.ts'
