export type * from './entity.ts'
export type * from './store.ts'
