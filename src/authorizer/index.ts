export { type Authorizer, createAuthorizer, type HouseParts } from './authorizer.ts'
export type { Front } from './front.ts'
export type { DescribeS3, S3Needs } from './hook/ask.ts'
export { HookSettingError, hooksIn } from './hook/config.ts'
