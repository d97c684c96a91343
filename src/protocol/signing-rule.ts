/** How a service differs in what it signs. */
export interface SigningRules {
  /** Whether the path is percent-encoded once more on top of how it was sent, after dot segments and repeated slashes went. */
  readonly plainPath: boolean
  /** Whether the caller may leave the body out of the signature by saying `UNSIGNED-PAYLOAD`. */
  readonly unsignedPayload: boolean
  /** Whether the body of a presigned request belongs to the signature, unless the request says otherwise. */
  readonly presignedPayload: boolean
}

/** IAM, STS and every service but S3. */
export const signingRules: SigningRules = { plainPath: false, unsignedPayload: false, presignedPayload: true }

/** S3: the path is signed as it is, since its slashes and dots belong to the object's name. */
export const s3SigningRules: SigningRules = { plainPath: true, unsignedPayload: true, presignedPayload: false }
