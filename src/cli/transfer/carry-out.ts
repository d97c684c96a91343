import { type PolicyType, parse } from '#engine'
import { modelOf } from '#models'
import { conform, Fault, query } from '#protocol'
import { exitCode, Stop } from '../stop.ts'
import { type Api, Refusal } from './api.ts'
import { type EntityPlan, phases, type Step } from './plan.ts'

/** How the calls for one entity went. */
export interface Outcome {
  done: number
  /** The first call that did not succeed; those after it were not made. */
  failed?: { readonly operation: string; readonly code: string; readonly message: string }
}

/**
 * Looks for what the server would refuse in any case, before anything is changed.
 * Errors: `Stop` with everything that was found.
 */
export function checkPlans(plans: readonly EntityPlan[]): void {
  const found = plans.flatMap((plan) => plan.steps.flatMap((step) => problemsOf(plan, step)))
  if (found.length === 0) return
  const told = found.slice(0, mostTold).map((line) => `\n  ${line}`)
  const more = found.length > mostTold ? `\n  and ${found.length - mostTold} more` : ''
  throw new Stop(exitCode.usage, `Nothing was done, for this cannot be taken:${told.join('')}${more}`)
}

const mostTold = 20

function problemsOf(plan: EntityPlan, { operation: name, input }: Step): readonly string[] {
  const service = modelOf('iam')
  const operation = service.operations[name]
  if (operation === undefined) throw new Error(`IAM has no operation ${name}`)
  const problems: string[] = []
  try {
    conform(input, { service, operation, form: query })
  } catch (cause) {
    if (!(cause instanceof Fault)) throw cause
    problems.push(cause.message)
  }
  for (const [member, document] of Object.entries(input))
    if (/Document$/.test(member)) {
      const isTrust = plan.kind === 'role' && name !== 'PutRolePolicy'
      const problem = firstProblem(String(document), isTrust ? 'trust' : 'identity')
      if (problem !== undefined) problems.push(problem)
    }
  return problems.map((problem) => `${plan.kind} ${plan.name}, ${name}: ${problem}`)
}

function firstProblem(document: string, type: PolicyType): string | undefined {
  const [problem] = parse(document, type).problems
  return problem && [problem.message, problem.detail].filter((part) => part !== undefined).join(' ')
}

/**
 * Makes the calls, phase by phase. An entity whose call is refused gets no further ones, nor does what needs it.
 * Takes: the API by account.
 * Gives: how each entity went. Errors: none; when the server goes away, every entity that is left has failed.
 */
export async function carryOut(
  plans: readonly EntityPlan[],
  apis: ReadonlyMap<string, Api>,
): Promise<ReadonlyMap<EntityPlan, Outcome>> {
  const outcomes = new Map<EntityPlan, Outcome>(plans.map((plan) => [plan, { done: 0 }]))
  const line: Line = { broken: undefined }
  for (const phase of phases) {
    const queue = plans.filter(({ steps }) => steps.some((step) => step.phase === phase)).values()
    const lane = async () => {
      for (const plan of queue)
        for (const step of plan.steps) if (step.phase === phase) await take(step, { plan, outcomes, apis, line })
    }
    // Roles that trust others come after them.
    await Promise.all(Array.from({ length: phase === 'role' ? 1 : lanes }, lane))
  }
  return outcomes
}

/** So many entities are worked on at a time. */
const lanes = 8

/** Whether the server is still there. */
interface Line {
  broken: Stop | undefined
}

interface Taking {
  readonly line: Line
  readonly plan: EntityPlan
  readonly outcomes: ReadonlyMap<EntityPlan, Outcome>
  readonly apis: ReadonlyMap<string, Api>
}

async function take({ operation, input, needs }: Step, taking: Taking): Promise<void> {
  const { plan, outcomes, apis, line } = taking
  const outcome = outcomes.get(plan)
  if (outcome === undefined || outcome.failed !== undefined) return
  const missing = needs.find((needed) => outcomes.get(needed)?.failed !== undefined)
  if (missing !== undefined) {
    outcome.failed = { operation, code: 'NotTried', message: `the ${missing.kind} ${missing.name} failed` }
    return
  }
  try {
    if (line.broken !== undefined) throw line.broken
    await apis.get(plan.account)?.call(operation, input)
    outcome.done++
  } catch (cause) {
    if (!(cause instanceof Refusal || cause instanceof Stop)) throw cause
    if (cause instanceof Stop) line.broken = cause
    const code = cause instanceof Refusal ? cause.code : 'NoAnswer'
    outcome.failed = { operation, code, message: cause.message }
  }
}
