export type * from './entity.ts'
export { StoreError, type StoreErrorCode } from './error.ts'
export { openStore, type StorePlace } from './open.ts'
export type * from './store.ts'
