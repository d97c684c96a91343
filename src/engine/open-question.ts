/**
 * The open questions of the semantics (section 13), each answered in one place. A later finding changes one line here.
 */

/** CM-1: a multivalued key without a set prefix is not satisfied, even when it carries one value. */
export const listOfOneNeedsPrefix = true

/** 6.2: a negated operator holds for a request value that cannot be parsed. */
export const negatedHoldsForUnparseable = true

/** CM-3: `ForAnyValue:…IfExists` holds for an absent key. */
export const forAnyIfExistsHoldsWhenAbsent = true

/** a `*` that ends its part of a resource pattern runs on over following colons. */
export const finalStarRunsOverColons = true

/** P-12: any entry of `NotPrincipal` that names the caller, with whatever strength, exempts it. */
export const partialNotPrincipalExempts = true

/** P-1: `{"AWS":"*"}` covers service principals too. */
export const everyoneIncludesServices = true

/** 7.2: which layer a denial names when several deny explicitly. */
export const explicitOrder = [
  'scp',
  'rcp',
  'vpcEndpoint',
  'resource',
  'identity',
  'permissionsBoundary',
  'session',
] as const

/** 6.2: `Null` on a key that is present with an empty list: the key counts as present. */
export const emptyListIsPresent = true

/** S-4: whom a denial names when the root user asks for `sts:AssumeRole`; AWS does not say. */
export const rootAssumingDeniedBy = 'identity'
