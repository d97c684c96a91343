import type { Named, Tag } from './entity.ts'

/** An OpenID Connect provider. Its name is its URL without `https://`; it has no path. */
export interface OidcProvider extends Named {
  readonly clientIds: readonly string[]
  /** SHA-1 of certificates, in hexadecimal digits of either case. */
  readonly thumbprints: readonly string[]
  readonly tags: readonly Tag[]
}

/** A SAML provider. It has no path. Its private keys are kept apart. */
export interface SamlProvider extends Named {
  /** The document as it was given. */
  readonly metadata: string
  readonly entityId: string
  /** Milliseconds since 1970. */
  readonly validUntil?: number
  /** What it says of the encryption of assertions. */
  readonly encryption?: 'Required' | 'Allowed'
  readonly tags: readonly Tag[]
}

/** A private key that opens a provider's assertions, without the key itself. */
export interface SamlPrivateKey {
  readonly id: string
  readonly providerId: string
  readonly createdAt: number
}

/** A key with which an account signs tokens for others. Its private half is kept apart. */
export interface IssuerKey {
  /** The `kid` of its tokens, unique in the installation. */
  readonly id: string
  readonly account: string
  /** The id of the account's issuer. */
  readonly issuer: string
  /** `RS256` or `ES384`. */
  readonly algorithm: string
  /** A JSON Web Key, as text. */
  readonly publicKey: string
  readonly createdAt: number
}
