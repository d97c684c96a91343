export * from './arn.ts'
export type * from './caller.ts'
