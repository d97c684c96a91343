import type { X509Certificate as NodeCertificate } from 'node:crypto'
import 'reflect-metadata'
import { BasicConstraintsExtension, KeyUsageFlags, KeyUsagesExtension, Name, X509Certificate } from '@peculiar/x509'
import { certificateFrom, serialOf } from '#protocol'
import { elementsIn, sequenceIn } from './der.ts'

/** A certificate, with all of it that a decision looks at. */
export interface Certificate {
  /** DER. */
  readonly der: Uint8Array
  readonly node: NodeCertificate
  /** 1, 2 or 3. */
  readonly version: number
  /** Hexadecimal digits, two for each byte. */
  readonly serialHex: string
  /** Decimal digits. */
  readonly serial: string
  /** As text: `CN=web, O=Example`. */
  readonly subject: string
  readonly issuer: string
  readonly subjectParts: readonly NamePart[]
  readonly issuerParts: readonly NamePart[]
  readonly alternatives: Alternatives
  /** Milliseconds since 1970. */
  readonly notBefore: number
  readonly notAfter: number
  /** Present: it says whether it is a certification authority. */
  readonly basic?: { readonly ca: boolean; readonly pathLength?: number }
  /** Absent: it does not say what its key is for. */
  readonly usages?: number
  /** Object identifiers of the extensions that must be understood. */
  readonly critical: readonly string[]
  /** Whether an extension comes twice. */
  readonly repeated: boolean
}

/** One part of a distinguished name. */
export interface NamePart {
  /** `CN`, or an object identifier where it has no short name. */
  readonly type: string
  readonly value: string
}

/** The subject's other names, of the kinds that become tags. */
export interface Alternatives {
  readonly dns: readonly string[]
  readonly uri: readonly string[]
  /** Distinguished names. */
  readonly names: readonly (readonly NamePart[])[]
}

export const usage = { sign: KeyUsageFlags.digitalSignature, issue: KeyUsageFlags.keyCertSign } as const

/** Gives: `undefined` for what is no certificate in DER that can be read to its end. */
export function readCertificate(der: Uint8Array): Certificate | undefined {
  const node = certificateFrom(der)
  return node === undefined ? undefined : certificateOf(node)
}

/** The same of a certificate whose outer form was read. */
export function certificateOf(node: NodeCertificate): Certificate | undefined {
  try {
    return parts(node)
  } catch {
    // The parser throws errors of many kinds for what is malformed inside.
    return undefined
  }
}

function parts(node: NodeCertificate): Certificate | undefined {
  const der = Uint8Array.from(node.raw)
  const version = versionOf(der)
  const read = new X509Certificate(der)
  const { subjectName, issuerName, extensions } = read
  const basic = read.getExtension(BasicConstraintsExtension)
  const usages = read.getExtension(KeyUsagesExtension)
  const other = extensions.find(({ type }) => type === alternativeName)
  const alternatives =
    other === undefined ? { dns: [], uri: [], names: [] } : alternativesIn(new Uint8Array(other.value))
  if (version === undefined || alternatives === undefined || node.serialNumber.startsWith('-')) return undefined
  return {
    der,
    node,
    version,
    serialHex: evenHex(node.serialNumber),
    serial: serialOf(node),
    subject: subjectName.toString(),
    issuer: issuerName.toString(),
    subjectParts: partsOf(subjectName),
    issuerParts: partsOf(issuerName),
    alternatives,
    notBefore: read.notBefore.getTime(),
    notAfter: read.notAfter.getTime(),
    ...(basic === null
      ? {}
      : { basic: { ca: basic.ca, ...(basic.pathLength === undefined ? {} : { pathLength: basic.pathLength }) } }),
    ...(usages === null ? {} : { usages: usages.usages }),
    critical: extensions.filter(({ critical }) => critical).map(({ type }) => type),
    repeated: new Set(extensions.map(({ type }) => type)).size < extensions.length,
  }
}

const alternativeName = '2.5.29.17'

/** Source: RFC 5280, section 4.1. */
function versionOf(der: Uint8Array): number | undefined {
  const [content] = sequenceIn(der) ?? []
  const [first] = content === undefined ? [] : (elementsIn(content.content) ?? [])
  if (first === undefined) return undefined
  if (first.tag !== 0xa0) return 1
  const [number] = elementsIn(first.content) ?? []
  return number?.tag === 2 && number.content.length === 1 ? (number.content[0] ?? 0) + 1 : undefined
}

function partsOf(name: Name): readonly NamePart[] {
  return name
    .toJSON()
    .flatMap((part) =>
      Object.entries(part).flatMap(([type, values]) => values.map((value) => ({ type, value: String(value) }))),
    )
}

/** Source: RFC 5280, section 4.2.1.6. Names of other kinds than these three are passed over. */
function alternativesIn(value: Uint8Array): Alternatives | undefined {
  const listed = sequenceIn(value)
  if (listed === undefined || listed.length > mostAlternatives) return undefined
  const texts = (wanted: number) =>
    listed.filter(({ tag }) => tag === wanted).map(({ content }) => Buffer.from(content).toString('latin1'))
  const names = listed
    .filter(({ tag }) => tag === 0xa4)
    .map(({ content }) => partsOf(new Name(Uint8Array.from(content))))
  return { dns: texts(0x82), uri: texts(0x86), names }
}

const mostAlternatives = 200

function evenHex(serial: string): string {
  const hex = serial.replace(/^-/, '').toLowerCase()
  return hex.length % 2 === 0 ? hex : `0${hex}`
}
