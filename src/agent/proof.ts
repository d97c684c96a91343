import type { Server } from './client.ts'

/** How an agent proves itself. Secrets are in files, and are read when they are needed. */
export type Proof = InstanceProof | TokenProof | CertificateProof

/** As an instance that it joined as. */
export interface InstanceProof {
  readonly kind: 'instance'
  readonly id: string
}

/** By a token of an OpenID Connect provider, in a file that somebody else keeps fresh. */
export interface TokenProof {
  readonly kind: 'token'
  readonly file: string
  readonly role: string
  readonly seconds?: number
}

/** By a certificate that a trust anchor vouches for. */
export interface CertificateProof {
  readonly kind: 'certificate'
  /** PEM files. The first certificate is the agent's; those after it lead to the anchor. */
  readonly certificate: string
  readonly privateKey: string
  readonly trustAnchor: string
  readonly profile: string
  readonly role: string
  readonly seconds?: number
}

/** Whom an agent asks, and where it is. */
export interface Standing {
  readonly server: Server
  readonly region: string
  readonly proof: Proof
}
