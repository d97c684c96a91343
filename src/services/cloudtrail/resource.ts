/** The kinds of resource that CloudTrail names, by the service and the beginning of the resource in an ARN. */
const types: Readonly<Record<string, string>> = {
  'iam user': 'AWS::IAM::User',
  'iam role': 'AWS::IAM::Role',
  'iam group': 'AWS::IAM::Group',
  'iam policy': 'AWS::IAM::Policy',
  'iam instance-profile': 'AWS::IAM::InstanceProfile',
  'iam mfa': 'AWS::IAM::MFADevice',
  'iam server-certificate': 'AWS::IAM::ServerCertificate',
  'iam saml-provider': 'AWS::IAM::SAMLProvider',
  'iam oidc-provider': 'AWS::IAM::OIDCProvider',
  'sts assumed-role': 'AWS::STS::AssumedRole',
  'sts federated-user': 'AWS::STS::FederatedUser',
  'dynamodb table': 'AWS::DynamoDB::Table',
  'lambda function': 'AWS::Lambda::Function',
  'sqs queue': 'AWS::SQS::Queue',
  'sns topic': 'AWS::SNS::Topic',
  'kms key': 'AWS::KMS::Key',
  'secretsmanager secret': 'AWS::SecretsManager::Secret',
  'ssm parameter': 'AWS::SSM::Parameter',
  'logs log-group': 'AWS::Logs::LogGroup',
  'events event-bus': 'AWS::Events::EventBus',
  'kinesis stream': 'AWS::Kinesis::Stream',
  'states statemachine': 'AWS::StepFunctions::StateMachine',
  'ec2 instance': 'AWS::EC2::Instance',
  's3 object': 'AWS::S3::Object',
  's3 bucket': 'AWS::S3::Bucket',
  'rolesanywhere profile': 'AWS::RolesAnywhere::Profile',
  'rolesanywhere trust-anchor': 'AWS::RolesAnywhere::TrustAnchor',
}

/** An ARN as the audit trail shows it. */
export interface ShownResource {
  /** `AWS::IAM::User`; absent where CloudTrail has no name for it. */
  readonly type?: string
  /** The name that people know it by. */
  readonly name: string
  /** The owner, where the ARN says it. */
  readonly account?: string
}

export function shownResource(arn: string): ShownResource {
  const [, service = '', account = '', resource = ''] = /^arn:[^:]*:([^:]*):[^:]*:([^:]*):([\s\S]+)$/.exec(arn) ?? []
  if (resource === '') return { name: arn }
  const type = types[`${service} ${kindIn(service, resource).toLowerCase()}`]
  const named = service === 'iam' || service === 'sts'
  return {
    ...(type === undefined ? {} : { type }),
    name: named ? resource.slice(resource.lastIndexOf('/') + 1) : arn,
    ...(/^\d{12}$/.test(account) ? { account } : {}),
  }
}

function kindIn(service: string, resource: string): string {
  if (service === 's3') return resource.includes('/') ? 'object' : 'bucket'
  if (service === 'sqs') return 'queue'
  if (service === 'sns') return 'topic'
  return resource.split(/[:/]/, 1)[0] ?? ''
}
