import type { World } from '../operation.ts'
import { iam } from './iam.ts'

// No account here belongs to an organization, as long as there is no service that makes one.

export const EnableOrganizationsRootCredentialsManagement = iam('EnableOrganizationsRootCredentialsManagement', {
  resource: () => '*',
  run: (_, world) => refuse(world),
})

export const DisableOrganizationsRootCredentialsManagement = iam('DisableOrganizationsRootCredentialsManagement', {
  resource: () => '*',
  run: (_, world) => refuse(world),
})

export const EnableOrganizationsRootSessions = iam('EnableOrganizationsRootSessions', {
  resource: () => '*',
  run: (_, world) => refuse(world),
})

export const DisableOrganizationsRootSessions = iam('DisableOrganizationsRootSessions', {
  resource: () => '*',
  run: (_, world) => refuse(world),
})

export const ListOrganizationsFeatures = iam('ListOrganizationsFeatures', {
  resource: () => '*',
  run: (_, world) => refuse(world),
})

export const GenerateOrganizationsAccessReport = iam('GenerateOrganizationsAccessReport', {
  resource: ({ EntityPath }, { account }) => `arn:aws:iam::${account}:access-report/${EntityPath}`,
  context: ({ OrganizationsPolicyId }) => ({ 'iam:OrganizationsPolicyId': OrganizationsPolicyId }),

  async run(_, world) {
    throw world.fault('AccessDenied', 'Your account is not the management account of an organization.')
  },
})

export const GetOrganizationsAccessReport = iam('GetOrganizationsAccessReport', {
  resource: () => '*',

  async run({ JobId }, world) {
    throw world.fault('NoSuchEntity', `Job with ID ${JobId} cannot be found.`)
  },
})

async function refuse(world: World<'OrganizationNotFoundException'>): Promise<never> {
  throw world.fault('OrganizationNotFoundException', 'Your account is not a member of an organization.')
}
