import type { OrderedOrganizationPolicyType, SimulateCustomPolicyRequest } from '@aws-sdk/client-iam'
import { compile, type Source } from '#engine'
import type { World } from '../operation.ts'
import { iam } from './iam.ts'
import { openListing } from './marker.ts'
import { type SimulatedCaller, simulatedCaller } from './simulation-caller.ts'
import { simulatedContext } from './simulation-context.ts'
import { ownerNamed, policyInput, policyInputs, refuseOtherActions, simulatedResources } from './simulation-input.ts'
import { missingFrom, type Simulation } from './simulation-look.ts'
import { simulatedPage } from './simulation-page.ts'
import { refuseMissingResources } from './simulation-resource.ts'
import { policySource, touchedSource } from './simulation-source.ts'
import { delegationTo, trustsOf } from './simulation-trust.ts'

export const SimulateCustomPolicy = iam('SimulateCustomPolicy', {
  resource: () => '*',

  async run(input, world) {
    const { PolicyInputList, OrderedOrganizationPolicyInputList: levels } = input
    const listing = openListing('SimulateCustomPolicy', input, world)
    const identity = policyInputs('PolicyInputList', PolicyInputList, { type: 'identity', world })
    const caller = await simulatedCaller(input.CallerArn, world)
    const simulation = { ...simulationOf(input, { identity, caller }, world), ...organizationOf(levels, world) }
    return simulatedPage(simulation, { listing, world })
  },
})

export const SimulatePrincipalPolicy = iam('SimulatePrincipalPolicy', {
  resource: ({ PolicySourceArn }, scope) => touchedSource(PolicySourceArn, scope),

  async run({ PolicySourceArn, PolicyExclusionList = [], ...input }, world) {
    const listing = openListing('SimulatePrincipalPolicy', input, world)
    const added = policyInputs('PolicyInputList', input.PolicyInputList, { type: 'identity', world })
    const { identity: held, permissionsBoundary } = await policySource(PolicySourceArn, PolicyExclusionList, world)
    const caller = await simulatedCaller(input.CallerArn ?? PolicySourceArn, world)
    const policies = { identity: [...held, ...added], permissionsBoundary, caller }
    const simulation = simulationOf(input, policies, world)
    return simulatedPage({ ...simulation, trusts: await trustsOf(simulation.resources, world) }, { listing, world })
  },
})

/** What both operations are given alike. */
type Input = Pick<
  SimulateCustomPolicyRequest,
  | 'ActionNames'
  | 'ResourceArns'
  | 'ResourcePolicy'
  | 'ResourceOwner'
  | 'ResourceHandlingOption'
  | 'CallerArn'
  | 'ContextEntries'
  | 'PermissionsBoundaryPolicyInputList'
>

interface Own {
  readonly identity: readonly Source[]
  /** The attached one. */
  readonly permissionsBoundary?: Source | undefined
  readonly caller: SimulatedCaller
}

function simulationOf(
  input: Input,
  { identity, permissionsBoundary: attached, caller }: Own,
  world: World<'InvalidInput'>,
): Simulation {
  const actions = input.ActionNames ?? []
  refuseOtherActions(actions, world)
  const { principal } = caller
  const owner = input.ResourceOwner === undefined ? principal.account : ownerNamed(input.ResourceOwner, world)
  const resources = simulatedResources(input.ResourceArns, owner, world)
  refuseMissingResources(input.ResourceHandlingOption, resources, world)
  // Rule SIM-2: a boundary that is given replaces the attached one.
  const boundary = boundaryOf(input.PermissionsBoundaryPolicyInputList, world) ?? attached
  const resource = resourceOf(input.ResourcePolicy, caller, world)
  const context = simulatedContext(input.ContextEntries ?? [], world)
  const compiled = compile(identity)
  return {
    principal,
    actions,
    resources,
    context,
    identity: compiled,
    ...(boundary === undefined ? {} : { permissionsBoundary: compile([boundary]) }),
    ...(resource === undefined ? {} : { resource: compile([resource]) }),
    trusts: new Map(),
    silent: delegationTo(principal.account),
    missing: missingFrom(compiled, context),
  }
}

function boundaryOf(texts: readonly string[] | undefined, world: World<'InvalidInput'>): Source | undefined {
  const member = 'PermissionsBoundaryPolicyInputList'
  const [boundary, ...others] = policyInputs(member, texts, { type: 'permissionsBoundary', world })
  if (others.length > 0) throw world.fault('InvalidInput', `${member} can have only one policy.`)
  return boundary
}

/** Rule SIM-2: the policy of a resource is held against a user. */
function resourceOf(text: string | undefined, caller: SimulatedCaller, world: World<'InvalidInput'>) {
  if (text === undefined) return undefined
  if (caller.kind === undefined) throw world.fault('InvalidInput', 'Invalid caller - Caller cannot be null or empty.')
  if (caller.kind !== 'user')
    throw world.fault('InvalidInput', 'Invalid caller - Caller must be an IAM user in this context.')
  return policyInput('ResourcePolicy', text, { type: 'resource', world })
}

/** Rule SIM-3: the levels, organization root first. */
function organizationOf(
  levels: readonly OrderedOrganizationPolicyType[] | undefined,
  world: World<'InvalidInput'>,
): Pick<Simulation, 'scp'> {
  if (levels === undefined || levels.length === 0) return {}
  return {
    scp: levels.map(({ ServiceControlPolicyInputList: texts }, index) => {
      const member = `OrderedOrganizationPolicyInputList.${index + 1}.ServiceControlPolicyInputList`
      return compile(policyInputs(member, texts, { type: 'scp', world }))
    }),
  }
}
