/** What is to be set of the audit trail, with `definitions` of `setting.ts`. */
export const auditDefinitions = {
  auditDays: {
    kind: 'integer',
    says: 'days for which audit records are kept; 0 keeps them for ever',
    fallback: 90,
    min: 0,
    max: 36_500,
  },
  auditSize: {
    kind: 'integer',
    says: 'mebibytes of audit records that are kept, the newest; 0 keeps all',
    fallback: 10_240,
    min: 0,
    max: 1_073_741_824,
  },
  auditWindow: {
    kind: 'integer',
    says: 'milliseconds after which records of what changed nothing are on the disk at the latest',
    fallback: 200,
    min: 4,
    max: 200,
  },
} as const
