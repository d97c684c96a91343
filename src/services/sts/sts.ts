import type { StsCodes } from '#models'
import { operationsOf } from '../define.ts'

/** Declares an STS operation. */
export const sts = operationsOf<typeof import('@aws-sdk/client-sts'), StsCodes>('sts')
