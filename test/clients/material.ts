import { type Issued, issue } from '../certificate.ts'

/** Keys, certificates and metadata that a user would bring along, as variables of Terraform. */
export function material(): Readonly<Record<string, string | readonly string[]>> {
  const from = Date.now() - 86_400_000
  const to = from + 3_650 * 86_400_000
  const certificate = issue({ subject: 'www.example.com', from, to, type: 'rsa' })
  return {
    certificate: certificate.body.trim(),
    private_key: certificate.privateKey.trim(),
    ssh_key: sshKey(certificate),
    metadata: [
      metadata(certificate, 'https://idp.example.com/old'),
      metadata(certificate, 'https://idp.example.com/new'),
    ],
  }
}

/** Source: RFC 4253, section 6.6. */
export function sshKey({ keys }: Issued): string {
  const { e = '', n = '' } = keys.publicKey.export({ format: 'jwk' })
  const whole = (text: string) => Buffer.concat([Buffer.alloc(1), Buffer.from(text, 'base64url')])
  const parts = [Buffer.from('ssh-rsa'), Buffer.from(e, 'base64url'), whole(n)].map((part) => {
    const length = Buffer.alloc(4)
    length.writeUInt32BE(part.length)
    return Buffer.concat([length, part])
  })
  return `ssh-rsa ${Buffer.concat(parts).toString('base64')} alice@example.com`
}

function metadata({ body }: Issued, entityId: string): string {
  const certificate = body.replaceAll(/-----.*-----|\s/g, '')
  return `<?xml version="1.0" encoding="UTF-8"?>
<EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" entityID="${entityId}">
  <IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">
    <KeyDescriptor use="signing">
      <KeyInfo xmlns="http://www.w3.org/2000/09/xmldsig#"><X509Data><X509Certificate>${certificate}</X509Certificate></X509Data></KeyInfo>
    </KeyDescriptor>
    <SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" Location="${entityId}/sso"/>
  </IDPSSODescriptor>
</EntityDescriptor>
`
}
