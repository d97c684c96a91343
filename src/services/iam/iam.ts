import type { IamCodes } from '#models'
import { operationsOf } from '../define.ts'

const declare = operationsOf<typeof import('@aws-sdk/client-iam'), IamCodes>('iam')

/** Who makes something with tags is asked for the permission to tag it too, on the same resource. */
const taggingActions: Readonly<Record<string, string>> = {
  CreateInstanceProfile: 'iam:TagInstanceProfile',
  CreateOpenIDConnectProvider: 'iam:TagOpenIDConnectProvider',
  CreatePolicy: 'iam:TagPolicy',
  CreateRole: 'iam:TagRole',
  CreateSAMLProvider: 'iam:TagSAMLProvider',
  CreateUser: 'iam:TagUser',
  CreateVirtualMFADevice: 'iam:TagMFADevice',
  UploadServerCertificate: 'iam:TagServerCertificate',
}

/** Declares an IAM operation. */
export const iam: typeof declare = (name, parts) => {
  const operation = declare(name, parts)
  const tagging = taggingActions[name]
  return tagging === undefined ? operation : { ...operation, also: (input) => (hasTags(input) ? [tagging] : []) }
}

function hasTags(input: unknown): boolean {
  const { Tags } = input as { readonly Tags?: readonly unknown[] }
  return Tags !== undefined && Tags.length > 0
}
