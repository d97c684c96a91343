import { Fault } from './fault.ts'

const longestEcho = 2_000

/** For a request that carries no signature where one is needed. */
export function missingAuthenticationToken(): Fault {
  return new Fault({
    code: 'MissingAuthenticationToken',
    status: 403,
    message: 'Request is missing Authentication Token',
  })
}

/**
 * For an access key that does not exist or is inactive, and for a session token that does not belong to it.
 * Takes: why, for the log.
 */
export function invalidClientTokenId(detail?: string): Fault {
  return new Fault({
    code: 'InvalidClientTokenId',
    status: 403,
    message: 'The security token included in the request is invalid.',
    ...(detail === undefined ? {} : { detail }),
  })
}

/** For temporary credentials whose time is over. Takes: why, for the log. */
export function expiredToken(detail?: string): Fault {
  return new Fault({
    code: 'ExpiredToken',
    status: 403,
    message: 'The security token included in the request is expired',
    ...(detail === undefined ? {} : { detail }),
  })
}

/** For a signature whose parts are missing or cannot be read. */
export function incompleteSignature(message: string): Fault {
  return new Fault({ code: 'IncompleteSignature', status: 400, message })
}

export function signatureDoesNotMatch(message: string): Fault {
  return new Fault({ code: 'SignatureDoesNotMatch', status: 403, message })
}

/** A presigned request that came after its `X-Amz-Expires`. */
export function requestExpired(): Fault {
  return new Fault({ code: 'RequestExpired', status: 400, message: 'Request has expired.' })
}

/** The refusal that shows what the server would have signed. */
export function otherSignature(canonicalRequest: string, stringToSign: string): Fault {
  const sentence =
    'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.'
  const shown = `The Canonical String for this request should have been\n'${echo(canonicalRequest)}'`
  return signatureDoesNotMatch(`${sentence}\n\n${shown}\n\nThe String-to-Sign should have been\n'${stringToSign}'\n`)
}

/** A part of the request as it may be shown in a refusal: its middle is left out when it is long. */
export function echo(text: string, longest = longestEcho): string {
  if (text.length <= longest) return text.toWellFormed()
  const tail = Math.floor(longest / 4)
  return `${text.slice(0, longest - tail)}...${text.slice(-tail)}`.toWellFormed()
}
