import {
  AttachRolePolicyCommand,
  CreateAccessKeyCommand,
  CreateLoginProfileCommand,
  CreateRoleCommand,
  CreateServiceSpecificCredentialCommand,
  CreateVirtualMFADeviceCommand,
  EnableMFADeviceCommand,
  PutRolePolicyCommand,
  UploadSigningCertificateCommand,
  UploadSSHPublicKeyCommand,
} from '@aws-sdk/client-iam'
import { generateSync } from 'otplib'
import { issue } from '../certificate.ts'
import { clientOf } from './account.ts'
import { sshKey } from './material.ts'
import type { Served } from './server.ts'

/** What somebody else does by the side, before a scenario is taken down: its `force_…` arguments have to cope with it. */
export const interfere: Readonly<Record<string, (server: Served) => Promise<void>>> = {
  identity: (server) => addCredentials(server, 'bob@example.com'),
  role: (server) => addPolicies(server, 'inline'),
}

/** Makes the role of somebody who deploys with Terraform. Gives: its ARN. */
export async function addDeployer(server: Served): Promise<string> {
  const iam = clientOf(server)
  const RoleName = 'deployer'
  const Principal = { AWS: `arn:aws:iam::${server.account}:user/administrator` }
  const Statement = [{ Effect: 'Allow', Action: 'sts:AssumeRole', Principal }]
  const AssumeRolePolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement })
  const { Role } = await iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument }))
  const PolicyArn = 'arn:aws:iam::aws:policy/AdministratorAccess'
  await iam.send(new AttachRolePolicyCommand({ RoleName, PolicyArn }))
  iam.destroy()
  return Role?.Arn ?? ''
}

async function addCredentials(server: Served, UserName: string): Promise<void> {
  const iam = clientOf(server)
  const from = Date.now() - 1_000
  const certificate = issue({ subject: 'bob', from, to: from + 86_400_000, type: 'rsa' })
  await iam.send(new CreateAccessKeyCommand({ UserName }))
  await iam.send(new CreateLoginProfileCommand({ UserName, Password: 'Made-by-the-side-1' }))
  await iam.send(new UploadSSHPublicKeyCommand({ UserName, SSHPublicKeyBody: sshKey(certificate) }))
  await iam.send(new UploadSigningCertificateCommand({ UserName, CertificateBody: certificate.body }))
  const ServiceName = 'codecommit.amazonaws.com'
  await iam.send(new CreateServiceSpecificCredentialCommand({ UserName, ServiceName }))
  const { VirtualMFADevice } = await iam.send(new CreateVirtualMFADeviceCommand({ VirtualMFADeviceName: 'bob' }))
  const secret = new TextDecoder().decode(VirtualMFADevice?.Base32StringSeed)
  const code = (step: number) => generateSync({ secret, epoch: Math.floor(Date.now() / 1_000) + 30 * step })
  const { SerialNumber } = VirtualMFADevice ?? {}
  const codes = { AuthenticationCode1: code(-1), AuthenticationCode2: code(0) }
  await iam.send(new EnableMFADeviceCommand({ UserName, SerialNumber, ...codes }))
  iam.destroy()
}

async function addPolicies(server: Served, RoleName: string): Promise<void> {
  const iam = clientOf(server)
  const Statement = [{ Effect: 'Allow', Action: 's3:*', Resource: '*' }]
  const PolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement })
  await iam.send(new PutRolePolicyCommand({ RoleName, PolicyName: 'side', PolicyDocument }))
  const PolicyArn = 'arn:aws:iam::aws:policy/SecurityAudit'
  await iam.send(new AttachRolePolicyCommand({ RoleName, PolicyArn }))
  iam.destroy()
}
