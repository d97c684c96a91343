import { generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto'

/** A certificate, its private key, and what it takes to issue others with it. */
export interface Issued {
  /** PEM */
  readonly body: string
  /** PKCS #8 in PEM */
  readonly privateKey: string
  readonly subject: string
  readonly keys: { readonly publicKey: KeyObject; readonly privateKey: KeyObject }
}

/** What a certificate is to say. */
export interface Asked {
  readonly subject: string
  /** Absent: it signs itself. */
  readonly issuer?: Issued
  /** Milliseconds since 1970. */
  readonly from: number
  readonly to: number
  readonly type?: 'ec' | 'rsa'
}

/** Makes an X.509 certificate. Source: RFC 5280, section 4.1. */
export function issue({ subject, issuer, from, to, type = 'ec' }: Asked): Issued {
  const keys =
    type === 'ec'
      ? generateKeyPairSync('ec', { namedCurve: 'prime256v1' })
      : generateKeyPairSync('rsa', { modulusLength: 2048 })
  const signing = issuer?.keys.privateKey ?? keys.privateKey
  const algorithm = signing.asymmetricKeyType === 'ec' ? ecdsaSha256 : rsaSha256
  const content = sequence(
    tagged(0xa0, integer(Buffer.from([2]))),
    integer(Buffer.concat([Buffer.from([1]), randomBytes(15)])),
    algorithm,
    name(issuer?.subject ?? subject),
    sequence(time(from), time(to)),
    name(subject),
    keys.publicKey.export({ type: 'spki', format: 'der' }),
    tagged(0xa3, sequence(sequence(basicConstraints, boolean, tagged(0x04, sequence(boolean))))),
  )
  const signature = tagged(0x03, Buffer.concat([Buffer.alloc(1), sign('sha256', content, signing)]))
  return {
    body: pem('CERTIFICATE', sequence(content, algorithm, signature)),
    privateKey: keys.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    subject,
    keys,
  }
}

function tagged(tag: number, content: Buffer): Buffer {
  const size = content.length
  const length = size < 0x80 ? [size] : size < 0x100 ? [0x81, size] : [0x82, size >> 8, size & 0xff]
  return Buffer.concat([Buffer.from([tag, ...length]), content])
}

function sequence(...parts: readonly Buffer[]): Buffer {
  return tagged(0x30, Buffer.concat(parts))
}

function integer(bytes: Buffer): Buffer {
  return tagged(0x02, bytes)
}

/** Takes: the parts of an object identifier as they are encoded. */
function identifier(...bytes: readonly number[]): Buffer {
  return tagged(0x06, Buffer.from(bytes))
}

const boolean = Buffer.from([0x01, 0x01, 0xff])
const basicConstraints = identifier(0x55, 0x1d, 0x13)
const ecdsaSha256 = sequence(identifier(0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02))
const rsaSha256 = sequence(
  identifier(0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0b),
  tagged(0x05, Buffer.alloc(0)),
)

function name(common: string): Buffer {
  return sequence(tagged(0x31, sequence(identifier(0x55, 0x04, 0x03), tagged(0x0c, Buffer.from(common)))))
}

function time(at: number): Buffer {
  const digits = new Date(at).toISOString().replace(/[-:T]|\.\d+/g, '')
  return tagged(0x18, Buffer.from(digits))
}

function pem(label: string, der: Buffer): string {
  const lines = der.toString('base64').match(/.{1,64}/g) ?? []
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`
}
