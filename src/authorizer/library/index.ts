export { createAuthorizer } from './authorizer.ts'
export type * from './type.ts'
