/** AWS's words for what is wrong in a document, in the order in which AWS checks (section 2.2). */
export const complaints = {
  invalidJson: 'This policy contains invalid Json',
  syntax: 'Syntax errors in policy.',
  version: 'Policy document must be version 2012-10-17 or greater.',
  legacy: 'The policy failed legacy parsing',
  sidCharacters:
    'Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular expression [0-9A-Za-z]*',
  sidTwice: 'Statement IDs (SID) in a single policy must be unique.',
  noActions: 'Policy statement must contain actions.',
  noResources: 'Policy statement must contain resources.',
  principalForbidden: 'Policy document should not specify a principal.',
  principalMissing: 'Missing required field Principal',
  resourceForbidden: 'Has prohibited field Resource',
  actionVendor: 'Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.',
  actionColons: 'Actions/Condition can contain only one colon.',
  vendor: (vendor: string) => `Vendor ${vendor} is not valid`,
  arnFormat: (resource: string) => `Resource ${resource} must be in ARN format or "*".`,
  partition: (partition: string, arn: string) => `Partition "${partition}" is not valid for resource "${arn}".`,
  arnVendor: 'Resource vendor must be fully qualified and cannot contain regexes.',
  iamPath:
    'IAM resource path must either be "*" or start with user/, federated-user/, role/, group/, instance-profile/, mfa/, server-certificate/, policy/, sms-mfa/, saml-provider/, oidc-provider/, report/, access-report/.',
  iamRegion: (arn: string) => `IAM resource ${arn} cannot contain region information.`,
  s3Region: (arn: string) => `Resource ${arn} can not contain region information.`,
  principal: (kind: string, value: string) =>
    kind === 'Federated'
      ? 'Federated principals must be valid domain names or SAML metadata ARNs'
      : `Invalid principal in policy: "${kind}":"${value}"`,
} as const

export type Complaint = keyof typeof complaints

export const complaintOrder: readonly Complaint[] = Object.keys(complaints).filter(
  (name): name is Complaint => name in complaints,
)
