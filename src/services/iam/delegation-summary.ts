import { type Element, parse, type Statement } from '#engine'
import { serviceName } from '#models'
import type { Delegation } from '#store'
import { delegationWith, ownerContext, touchedDelegation } from './delegation.ts'
import { iam } from './iam.ts'

export const GetHumanReadableSummary = iam('GetHumanReadableSummary', {
  resource: async ({ EntityArn }, scope) => {
    const id = idIn(EntityArn, scope.account)
    return id === undefined ? EntityArn : touchedDelegation(id, 'iam:GetHumanReadableSummary', scope)
  },
  context: async ({ EntityArn }, scope) => ownerContext(idIn(EntityArn, scope.account) ?? '', scope),

  // DIFFERS: AWS asks a language model; here the policy is told in English, statement by statement.
  async run({ EntityArn, Locale = 'en' }, world) {
    const id = idIn(EntityArn, world.account)
    if (id === undefined) throw world.fault('InvalidInput', `${EntityArn} is not the ARN of a delegation request.`)
    const delegation = await delegationWith(id, world)
    if (!/^en(?:[-_][A-Za-z]{2})?$/.test(Locale)) return { Locale, SummaryState: 'NOT_SUPPORTED' as const }
    return { Locale, SummaryState: 'AVAILABLE' as const, SummaryContent: summaryOf(delegation) }
  },
})

const requestArn = /^arn:aws:iam::(\d{12}):delegation-request\/([\w-]{16,128})$/

function idIn(arn: string, account: string): string | undefined {
  const [, owner, id] = requestArn.exec(arn) ?? []
  return owner === account ? id : undefined
}

function summaryOf({ requestor, detail }: Delegation): string {
  const statements = parse(detail.policy, 'identity').policy?.statements ?? []
  const minutes = Math.round(detail.sessionDuration / 60)
  const asked = `The account ${requestor} asks for access for ${minutes} minutes: ${detail.description}`
  return [asked, ...statements.map((statement) => `- ${sentence(statement)}`)].join('\n')
}

function sentence({ effect, action, resource, conditions }: Statement): string {
  const may = effect === 'Allow' ? 'It may use' : 'It may not use'
  const on = resource === undefined ? '' : ` on ${resource.not ? 'everything but ' : ''}${listed(resource.patterns)}`
  const when = conditions.length === 0 ? '' : `, under conditions on ${listed(conditions.map(({ key }) => key))}`
  return `${may} ${actions(action)}${on}${when}.`
}

function actions({ not, patterns }: Element): string {
  const services = [...new Set(patterns.map((pattern) => pattern.split(':', 1)[0] ?? ''))]
  const names = services.flatMap((prefix) => serviceName(prefix) ?? [])
  const of = names.length === 0 ? '' : ` of ${listed(names)}`
  return `${not ? 'every action but ' : ''}${listed(patterns)}${of}`
}

function listed(items: readonly string[]): string {
  return items.map((item) => (item === '*' ? 'everything' : item)).join(', ')
}
