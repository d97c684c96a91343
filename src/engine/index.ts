export type { Layers, PolicyType } from './layers.ts'
export type * from './request.ts'
