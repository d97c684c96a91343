import type { CloudtrailCodes } from '#models'
import { operationsOf } from '../define.ts'

/** Declares a CloudTrail operation. */
export const cloudtrail = operationsOf<typeof import('@aws-sdk/client-cloudtrail'), CloudtrailCodes>('cloudtrail')
