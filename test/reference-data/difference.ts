import { type ActionFacts, type ActionResource, actionFacts } from '#models'
import type { Permission } from './permission.ts'

/**
 * Compares a permission with what AWS publishes of its action.
 * Takes: whether the call is whole: it names all that it can name, of nouns that are there with tags and boundaries.
 * Gives: one line for each difference.
 */
export function differences({ action, touched, context }: Permission, whole: boolean): readonly string[] {
  const facts = actionFacts(action)
  if (facts === undefined) return [`${action} is not an action`]
  const arns = touched.map(({ arn }) => arn)
  const types = facts.resourceTypes.filter(({ type }) => arns.some((arn) => isOf(type.arn, arn)))
  const known = new Set([...facts.conditionKeys, ...types.flatMap(keysOf)])
  const added = Object.keys(context)
  const tagged = touched.some(({ tags = [] }) => tags.length > 0)
  const present = tagged ? [...added, 'aws:ResourceTag/Team', 'iam:ResourceTag/Team'] : added
  const strange = added.filter((key) => ![...known].some((form) => isOf(form, key)))
  const lacking = whole ? [...known].filter((form) => !present.some((key) => isOf(form, key))) : []
  return [
    ...(facts.action === action ? [] : [`${action} is written ${facts.action}`]),
    ...touchedDifferences(facts, arns),
    ...strange.map((key) => `${action} adds ${key}`),
    ...lacking.map((form) => `${action} lacks ${form}`),
  ]
}

/** Whether a text has a published form: its variable parts are not empty, and but for the last have no colon. */
export function isOf(form: string, text: string): boolean {
  const parts = form.split(/(\$\{\w+\})/)
  const pattern = parts.map((part, index) => {
    if (!part.startsWith('${')) return RegExp.escape(part)
    return index === parts.length - 2 ? '.+' : '[^:]+'
  })
  return new RegExp(`^${pattern.join('')}$`, 's').test(text)
}

function touchedDifferences({ action, resourceTypes }: ActionFacts, arns: readonly string[]): readonly string[] {
  if (arns.length === 0) return [`${action} touches nothing`]
  const fits = (arn: string) =>
    resourceTypes.length === 0 ? arn === '*' : resourceTypes.some(({ type }) => isOf(type.arn, arn))
  return arns.filter((arn) => !fits(arn)).map((arn) => `${action} touches ${kindOf(arn)}`)
}

/** An ARN without account and name: `user/…`, `root`, `*`. */
function kindOf(arn: string): string {
  return arn.replace(/^arn:aws:iam::\d{12}:/, '').replace(/\/.*$/s, '/…')
}

/** The keys that a resource adds: those of the action on it, and its own. */
function keysOf({ conditionKeys, type }: ActionResource): readonly string[] {
  return [...conditionKeys, ...type.conditionKeys]
}
