import {
  GetAccountAuthorizationDetailsCommand,
  GetAccountSummaryCommand,
  IAMClient,
  ListAccessKeysCommand,
  ListAccountAliasesCommand,
  ListOpenIDConnectProvidersCommand,
  ListSAMLProvidersCommand,
  ListServerCertificatesCommand,
  ListVirtualMFADevicesCommand,
} from '@aws-sdk/client-iam'
import type { Served } from './server.ts'

/** A client of the server's administrator. */
export function clientOf({ url, administrator }: Served): IAMClient {
  return new IAMClient({ endpoint: url, region: 'us-east-1', credentials: administrator })
}

/** Everything that an account holds, to be compared with what it held before; not when it was used. */
export async function remains(server: Served): Promise<Readonly<Record<string, unknown>>> {
  const iam = clientOf(server)
  const details = await iam.send(
    new GetAccountAuthorizationDetailsCommand({ Filter: ['User', 'Role', 'Group', 'LocalManagedPolicy'] }),
  )
  const summary = await iam.send(new GetAccountSummaryCommand({}))
  const aliases = await iam.send(new ListAccountAliasesCommand({}))
  const keys = await iam.send(new ListAccessKeysCommand({ UserName: 'administrator' }))
  const connect = await iam.send(new ListOpenIDConnectProvidersCommand({}))
  const saml = await iam.send(new ListSAMLProvidersCommand({}))
  const certificates = await iam.send(new ListServerCertificatesCommand({}))
  const devices = await iam.send(new ListVirtualMFADevicesCommand({}))
  iam.destroy()
  for (const role of details.RoleDetailList ?? []) delete role.RoleLastUsed
  return Object.fromEntries(
    Object.entries({ details, summary, aliases, keys, connect, saml, certificates, devices }).map(
      ([name, { $metadata, ...answer }]) => [name, answer],
    ),
  )
}
