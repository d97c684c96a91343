/** The part of the package that tests use; it brings no types of its own. */
declare module 'oidc-provider' {
  import type { IncomingMessage, ServerResponse } from 'node:http'

  /** What makes a JSON Web Token of a token. */
  interface TokenParts {
    readonly header: object
    readonly payload: object
  }

  interface Configuration {
    readonly clients: readonly object[]
    readonly features: object
    readonly jwks: { readonly keys: readonly object[] }
    readonly formats: {
      readonly customizers: {
        jwt(context: unknown, token: { readonly clientId: string }, parts: TokenParts): TokenParts
      }
    }
  }

  export class Provider {
    constructor(issuer: string, configuration: Configuration)
    callback(): (request: IncomingMessage, response: ServerResponse) => void
  }
}
