import { serviceActions, servicePrefixes } from '#models'
import type { OwnServices } from './vocabulary.ts'

/** What a text may go on as. */
export interface Completions {
  /** `acme:GetPhoto`, or `acme:` where the text names no whole service. */
  readonly actions: readonly string[]
  /** `acme:Album` */
  readonly conditionKeys: readonly string[]
  /** Whether there are more. */
  readonly more: boolean
}

const most = 200

/** The actions and condition keys that begin with a text, in any case of letters. */
export function completions(text: string, services: OwnServices): Completions {
  const folded = text.toLowerCase()
  const colon = folded.indexOf(':')
  if (colon < 0) {
    const prefixes = [...services.keys(), ...servicePrefixes()].filter((prefix) => prefix.startsWith(folded)).sort()
    return {
      ...bounded(
        prefixes.map((prefix) => `${prefix}:`),
        [],
      ),
    }
  }
  const { actions, keys } = wordsOf(folded.slice(0, colon), services)
  const begins = (word: string) => word.toLowerCase().startsWith(folded)
  return bounded(actions.filter(begins).sort(), keys.filter(begins).sort())
}

function wordsOf(prefix: string, services: OwnServices) {
  const own = services.get(prefix)
  if (own !== undefined)
    return {
      actions: [...own.actions.values()].map(({ name }) => `${prefix}:${name}`),
      keys: [...own.conditionKeys.keys()],
    }
  const facts = serviceActions(prefix)
  return {
    actions: facts?.actions.map(({ action }) => action) ?? [],
    keys: facts?.conditionKeys.map(({ key }) => key) ?? [],
  }
}

function bounded(actions: readonly string[], conditionKeys: readonly string[]): Completions {
  return {
    actions: actions.slice(0, most),
    conditionKeys: conditionKeys.slice(0, most),
    more: actions.length > most || conditionKeys.length > most,
  }
}
