import type { IamCodes } from '#models'
import { operationsOf } from '../define.ts'

/** Declares an IAM operation. */
export const iam = operationsOf<typeof import('@aws-sdk/client-iam'), IamCodes>('iam')
