import { Fault } from '#protocol'
import type { Scope } from '../operation.ts'
import { iam } from './iam.ts'

export const GetAccountProperties = iam('GetAccountProperties', {
  resource: () => '*',
  context: async (_, scope) => namespaces(Object.keys(await propertiesOf(scope))),

  async run(_, world) {
    return { Properties: await propertiesOf(world) }
  },
})

export const PutAccountProperties = iam('PutAccountProperties', {
  resource: () => '*',
  context: ({ Properties }) => namespaces(Object.keys(Properties)),

  async run({ Properties }, world) {
    const entries = Object.entries(Properties)
    checkProperties(entries)
    const present = await propertiesOf(world)
    if (new Set([...Object.keys(present), ...entries.map(([key]) => key)]).size > mostProperties)
      throw invalid(`An account has at most ${mostProperties} properties.`)
    // DIFFERS: AWS knows which properties there are; here each that has the form of one is kept, and none does anything.
    for (const [key, value] of entries) await world.tables.settings.put(world.account, `${prefix}${key}`, value)
    return {}
  },
})

const prefix = 'property/'
const mostProperties = 100
const form = /^[A-Za-z][A-Za-z0-9_-]*\/[A-Za-z0-9_-]+$/

async function propertiesOf({ account, tables }: Scope): Promise<Record<string, string>> {
  const found = [...(await tables.settings.all(account))].filter(([name]) => name.startsWith(prefix))
  return Object.fromEntries(found.map(([name, value]) => [name.slice(prefix.length), value]))
}

/** What properties add to the context. */
function namespaces(keys: readonly string[]) {
  const found = [...new Set(keys.map(namespaceOf))]
  return { 'iam:AccountPropertyNamespaces': found.length === 0 ? undefined : found }
}

function namespaceOf(key: string): string {
  return key.split('/', 1)[0] ?? ''
}

function checkProperties(entries: readonly (readonly [string, string])[]): void {
  if (entries.length === 0) throw invalid('At least one property must be specified.')
  for (const [key, value] of entries) {
    if (key.length > 50 || !form.test(key))
      throw invalid(`The property key ${key.slice(0, 60)} is not of the form Namespace/PropertyName.`)
    if (value.length < 1 || value.length > 1024)
      throw invalid(`The value of the property ${key} must have between 1 and 1024 characters.`)
  }
  if (new Set(entries.map(([key]) => namespaceOf(key))).size > 1)
    throw invalid('All properties in a request must belong to the same namespace.')
}

function invalid(message: string): Fault {
  // QUIRK: the model lists no error for PutAccountProperties; its page does.
  return new Fault({ code: 'InvalidInput', status: 400, message })
}
