/** `path` begins and ends with `/`. */
export function userArn(account: string, path: string, name: string): string {
  return `arn:aws:iam::${account}:user${path}${name}`
}

/** `path` begins and ends with `/`. */
export function groupArn(account: string, path: string, name: string): string {
  return `arn:aws:iam::${account}:group${path}${name}`
}

/** `path` begins and ends with `/`. */
export function roleArn(account: string, path: string, name: string): string {
  return `arn:aws:iam::${account}:role${path}${name}`
}

/** `path` begins and ends with `/`. */
export function policyArn(account: string, path: string, name: string): string {
  return `arn:aws:iam::${account}:policy${path}${name}`
}

/** `path` begins and ends with `/`. */
export function instanceProfileArn(account: string, path: string, name: string): string {
  return `arn:aws:iam::${account}:instance-profile${path}${name}`
}

/** The serial number of a virtual MFA device. `path` begins and ends with `/`. */
export function mfaArn(account: string, path: string, name: string): string {
  return `arn:aws:iam::${account}:mfa${path}${name}`
}

/** `path` begins and ends with `/`. */
export function serverCertificateArn(account: string, path: string, name: string): string {
  return `arn:aws:iam::${account}:server-certificate${path}${name}`
}

/** Takes: the provider's URL without `https://`. */
export function oidcProviderArn(account: string, url: string): string {
  return `arn:aws:iam::${account}:oidc-provider/${url}`
}

export function samlProviderArn(account: string, name: string): string {
  return `arn:aws:iam::${account}:saml-provider/${name}`
}

export function rootArn(account: string): string {
  return `arn:aws:iam::${account}:root`
}

/** The ARN of a role's session. It does not carry the role's path. */
export function assumedRoleArn(account: string, roleName: string, sessionName: string): string {
  return `arn:aws:sts::${account}:assumed-role/${roleName}/${sessionName}`
}

export function federatedUserArn(account: string, name: string): string {
  return `arn:aws:sts::${account}:federated-user/${name}`
}

/** The parts of an ARN of an IAM entity of one account. */
export interface EntityArn {
  readonly account: string
  /** `user`, `role`, `policy` … */
  readonly kind: string
  /** Begins and ends with `/`. */
  readonly path: string
  readonly name: string
}

const entity = /^arn:aws:iam::(\d{12}):([a-z-]+)(\/(?:[!-~]+\/)?)([\w+=,.@-]+)$/

/** Gives: `undefined` for what is no ARN of an entity of an account. */
export function readEntityArn(arn: string): EntityArn | undefined {
  if (arn.length > 2048) return undefined
  const [, account, kind, path, name] = entity.exec(arn) ?? []
  if (account === undefined || kind === undefined || path === undefined || name === undefined) return undefined
  return { account, kind, path, name }
}
