import { actionFacts, conditionKeyType } from '#models'
import { arnTemplate, fitsTemplate } from './arn-template.ts'
import type { Vocabulary } from './vocabulary.ts'

const ofAws = new Map<string, Vocabulary>()
const mostKept = 4096

/** What is known of an action of AWS. Gives: `undefined` for one that there is not. Takes: it in any case of letters. */
export function awsVocabulary(asked: string): Vocabulary | undefined {
  const kept = ofAws.get(asked)
  if (kept !== undefined) return kept
  const facts = actionFacts(asked)
  if (facts === undefined) return undefined
  const { action, resourceTypes } = facts
  const templates = resourceTypes.flatMap(({ type }) => arnTemplate(type.arn) ?? [])
  // What cannot be read as a template is not held against the ARN.
  const isOpen = templates.length < resourceTypes.length
  const mayBeAll = resourceTypes.every(({ required }) => !required)
  const prefix = action.slice(0, action.indexOf(':'))
  const vocabulary: Vocabulary = {
    action,
    signingName: prefix,
    unsignedPayload: prefix === 's3',
    touches: (arn) =>
      arn === '*' ? mayBeAll : isOpen ? arn.startsWith('arn:') : templates.some((one) => fitsTemplate(one, arn)),
    keyType: (key) => (key.toLowerCase().startsWith('aws:') ? undefined : conditionKeyType(key)),
  }
  if (ofAws.size >= mostKept) ofAws.clear()
  ofAws.set(asked, vocabulary)
  return vocabulary
}
