/** Written by `tools/models.ts`: the services that have a model. */
export const serviceNames: readonly string[] = Object.freeze(['cloudtrail', 'iam', 'rolesanywhere', 'sts'])
