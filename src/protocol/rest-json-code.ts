/** What the house calls its own refusals, and what services that answer in JSON call them. */
const aliases: ReadonlyMap<string, string> = new Map([
  ['AccessDenied', 'AccessDeniedException'],
  ['ExpiredToken', 'ExpiredTokenException'],
  ['IncompleteSignature', 'IncompleteSignatureException'],
  ['InternalFailure', 'InternalServerException'],
  ['InvalidClientTokenId', 'UnrecognizedClientException'],
  ['InvalidParameterValue', 'ValidationException'],
  ['MalformedPolicyDocument', 'ValidationException'],
  ['MissingAuthenticationToken', 'MissingAuthenticationTokenException'],
  ['NotImplemented', 'NotImplementedException'],
  ['PackedPolicyTooLarge', 'ValidationException'],
  ['RequestExpired', 'InvalidSignatureException'],
  ['SignatureDoesNotMatch', 'InvalidSignatureException'],
  ['ValidationError', 'ValidationException'],
])

/** The code of a refusal as a service says it that answers in JSON. */
export function aliasOf(code: string): string {
  return aliases.get(code) ?? code
}
