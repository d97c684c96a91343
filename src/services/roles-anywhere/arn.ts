import type { RegionalPlace } from '#store'

export type Kind = 'trust-anchor' | 'profile' | 'crl' | 'subject'

/** Where an ARN of this service points. */
export interface Pointed extends RegionalPlace {
  readonly kind: Kind
  readonly id: string
}

export function regionalArn(kind: Kind, { account, region }: RegionalPlace, id: string): string {
  return `arn:aws:rolesanywhere:${region}:${account}:${kind}/${id}`
}

const form = /^arn:aws:rolesanywhere:([a-z0-9-]{1,32}):(\d{12}):(trust-anchor|profile|crl|subject)\/([0-9a-f-]{36})$/
const kinds: readonly Kind[] = ['trust-anchor', 'profile', 'crl', 'subject']

/** Gives: `undefined` for what is no ARN of a resource of this service. */
export function readRegionalArn(arn: string): Pointed | undefined {
  const [, region, account, named, id] = form.exec(arn) ?? []
  const kind = kinds.find((one) => one === named)
  if (region === undefined || account === undefined || kind === undefined || id === undefined) return undefined
  return { kind, region, account, id }
}
