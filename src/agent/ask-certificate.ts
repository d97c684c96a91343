import { createPrivateKey, X509Certificate } from 'node:crypto'
import type { UnsignedX509 } from '#protocol'
import { momentIn } from './ask-instance.ts'
import { roleNamed } from './ask-token.ts'
import { type Heard, memberOf, objectIn, post, textOf } from './client.ts'
import { type Granted, granted } from './granted.ts'
import { Problem } from './problem.ts'
import type { CertificateProof, Standing } from './proof.ts'
import { secretIn } from './state.ts'

/** Asks Roles Anywhere for a session. Errors: `Problem`. */
export async function askWithCertificate(
  { server, region }: Standing,
  proof: CertificateProof,
  now: number,
): Promise<Granted> {
  // Only whoever has a certificate pays for what signs with it.
  const { signX509Request } = await import('#protocol')
  const sign = signing(signX509Request, proof)
  const [certificate, ...chain] = certificatesIn(proof.certificate)
  if (certificate === undefined) throw new Problem('Secret', `${proof.certificate} holds no certificate.`)
  const query = new URLSearchParams({
    profileArn: proof.profile,
    roleArn: proof.role,
    trustAnchorArn: proof.trustAnchor,
  }).toString()
  const body = JSON.stringify(proof.seconds === undefined ? {} : { durationSeconds: proof.seconds })
  const headers = sign({
    method: 'POST',
    path: '/sessions',
    query,
    headers: { host: new URL(server.url).host, 'content-type': 'application/json' },
    body: Buffer.from(body),
    certificate: certificate.raw,
    chain: chain.map(({ raw }) => raw),
    privateKey: privateKeyIn(proof.privateKey),
    region: regionIn(proof.trustAnchor) ?? region,
    now,
  })
  const heard = await post(server, { path: `/sessions?${query}`, headers, body })
  return sessionIn(heard, { role: proof.role, now })
}

type Sign = (request: UnsignedX509) => Record<string, string>

/** The same, with a problem that names the files in the place of an error. */
function signing(sign: Sign, { certificate, privateKey }: CertificateProof): Sign {
  return (request) => {
    try {
      return sign(request)
    } catch (cause) {
      const why = (cause as Error).message
      throw new Problem('Secret', `${privateKey} does not sign for ${certificate}: ${why}.`, cause)
    }
  }
}

/** The region in an ARN: a trust anchor is asked where it is. */
function regionIn(arn: string): string | undefined {
  return /^arn:aws:rolesanywhere:([a-z0-9-]+):/.exec(arn)?.[1]
}

function sessionIn(
  { status, body, at, errorType = 'AccessDeniedException' }: Heard,
  { role, now }: { readonly role: string; readonly now: number },
): Granted {
  const answer = objectIn(body)
  if (status >= 300) throw new Problem(errorType, String(memberOf(answer, 'message') ?? 'It says no more.'))
  const set: unknown = memberOf(answer, 'credentialSet')
  const credentials = memberOf(Array.isArray(set) ? set[0] : undefined, 'credentials')
  return granted(
    {
      credentials: {
        accessKeyId: textOf(credentials, 'accessKeyId'),
        secretAccessKey: textOf(credentials, 'secretAccessKey'),
        sessionToken: textOf(credentials, 'sessionToken'),
        expiresAt: momentIn(textOf(credentials, 'expiration')),
      },
      role: roleNamed(role),
    },
    { now, serverNow: at },
  )
}

/** Errors: `Problem`. */
function certificatesIn(file: string): readonly X509Certificate[] {
  const blocks = secretIn(file).match(/-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g) ?? []
  try {
    return blocks.map((pem) => new X509Certificate(pem))
  } catch (cause) {
    throw new Problem('Secret', `${file} holds a certificate that cannot be read.`, cause)
  }
}

/** Errors: `Problem`. */
function privateKeyIn(file: string) {
  const pem = secretIn(file)
  try {
    return createPrivateKey(pem)
  } catch (cause) {
    throw new Problem('Secret', `${file} holds no private key that can be read.`, cause)
  }
}
