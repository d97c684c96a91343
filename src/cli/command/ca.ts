import { createPublicKey, X509Certificate } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { issuedBy, type KeyKind, newKey, readRequest, revocationList, selfSigned } from '../ca/certify.ts'
import {
  entryOf,
  isThere,
  makeFolder,
  openFolder,
  readRegister,
  writeList,
  writeNew,
  writeRegister,
} from '../ca/folder.ts'
import { type Output, say } from '../print.ts'
import { type ExitCode, exitCode, Stop } from '../stop.ts'

/** Milliseconds. */
const day = 86_400_000
/** Clocks differ: a certificate is good a little before it is made. */
const early = 300_000

export interface NewAuthority {
  readonly folder: string
  readonly name: string
  readonly key: KeyKind
  readonly days: number
}

/** Makes a certification authority in a folder. */
export async function initAuthority(
  { folder: path, name, key, days }: NewAuthority,
  output: Output,
): Promise<ExitCode> {
  if (isThere(path)) throw new Stop(exitCode.failed, `There is a certification authority in ${path} already.`)
  const now = Date.now()
  const privateKey = await newKey(key)
  const certified = await selfSigned(privateKey, { name, from: now - early, to: now + days * day })
  const signer = { certificate: certified.pem, privateKey }
  const folder = makeFolder(path, signer)
  writeList(folder, await revocationList(signer, [], { number: 1, now }))
  writeRegister(folder, { listNumber: 1, issued: [] })
  const { certificate, list } = folder
  say(output, { certificate, list }, () =>
    [
      `${certificate} is the certificate of the new authority; its key is beside it, for you alone.`,
      'Trust it with: aws rolesanywhere create-trust-anchor --name NAME --enabled \\',
      `  --source "sourceType=CERTIFICATE_BUNDLE,sourceData={x509CertificateData=$(cat ${certificate})}"`,
    ].join('\n'),
  )
  return exitCode.done
}

export interface NewEntity {
  readonly folder: string
  readonly name: string | undefined
  readonly dns: readonly string[]
  readonly uri: readonly string[]
  /** A file that asks for a certificate; absent: a key is made, too. */
  readonly request?: string | undefined
  readonly key: KeyKind
  readonly days: number
  /** Where the files go, without their endings. Absent: in the folder, by the name. */
  readonly out?: string | undefined
}

/** Issues the certificate of an end entity. */
export async function issueCertificate(wanted: NewEntity, output: Output): Promise<ExitCode> {
  const folder = openFolder(wanted.folder)
  const register = readRegister(folder)
  const asked = wanted.request === undefined ? undefined : await requestIn(wanted.request)
  const name = wanted.name ?? asked?.name
  if (name === undefined || name === '') throw new Stop(exitCode.usage, 'Whom is the certificate for? Give a name.')
  const out = wanted.out ?? join(wanted.folder, fileName(name))
  const privateKey = asked === undefined ? await newKey(wanted.key) : undefined
  const publicKey = asked?.publicKey ?? createPublicKey(privateKey ?? '')
  const now = Date.now()
  const { dns, uri, days } = wanted
  const times = { from: now - early, to: now + days * day }
  const certified = await issuedBy(folder.signer, { name, dns, uri, publicKey, ...times })
  const certificate = `${out}.pem`
  const key = privateKey === undefined ? undefined : `${out}.key`
  for (const file of [certificate, key])
    if (file !== undefined && existsSync(file)) throw new Stop(exitCode.failed, `${file} is there already.`)
  // What is not in the register cannot be revoked, so that comes first.
  writeRegister(folder, { ...register, issued: [...register.issued, entryOf(certified)] })
  if (key !== undefined && privateKey !== undefined) writeNew(key, privateKey, 0o600)
  writeNew(certificate, certified.pem, 0o644)
  const told = { certificate, ...(key === undefined ? {} : { key }), serial: certified.serial }
  say(output, told, () => `${certificate} is the certificate${key === undefined ? '' : `, ${key} is its key`}.`)
  return exitCode.done
}

/** Takes a certificate back. Takes: its serial number, or its file. */
export async function revokeCertificate(
  { folder: path, certificate }: { readonly folder: string; readonly certificate: string },
  output: Output,
): Promise<ExitCode> {
  const folder = openFolder(path)
  const register = readRegister(folder)
  const serial = serialIn(certificate)
  const found = register.issued.find((entry) => entry.serial.toLowerCase() === serial)
  if (found === undefined)
    throw new Stop(
      exitCode.failed,
      `The authority in ${path} has issued no certificate with the serial number ${serial}.`,
    )
  const now = Date.now()
  const issued = register.issued.map((entry) =>
    entry === found && entry.revokedAt === undefined ? { ...entry, revokedAt: new Date(now).toISOString() } : entry,
  )
  const listNumber = register.listNumber + 1
  const revoked = issued.flatMap((entry) =>
    entry.revokedAt === undefined ? [] : [{ serial: entry.serial, at: Date.parse(entry.revokedAt) }],
  )
  writeRegister(folder, { listNumber, issued })
  writeList(folder, await revocationList(folder.signer, revoked, { number: listNumber, now }))
  const { list } = folder
  say(output, { list, serial, revoked: revoked.length }, () =>
    [
      `${list} lists ${revoked.length} revoked certificates. Tell the server with:`,
      `  aws rolesanywhere import-crl --name NAME --enabled --trust-anchor-arn ARN --crl-data fileb://${list}`,
      `  or, when it has one: aws rolesanywhere update-crl --crl-id ID --crl-data fileb://${list}`,
    ].join('\n'),
  )
  return exitCode.done
}

async function requestIn(path: string) {
  const read = await readRequest(textIn(path))
  if ('why' in read) throw new Stop(exitCode.usage, `${path} cannot be used: ${read.why}.`)
  return read
}

function serialIn(word: string): string {
  if (/^[0-9a-f]{1,40}$/i.test(word) && !existsSync(word)) return word.toLowerCase()
  try {
    return new X509Certificate(textIn(word)).serialNumber.toLowerCase()
  } catch (cause) {
    if (cause instanceof Stop) throw cause
    throw new Stop(exitCode.usage, `${word} is neither a serial number nor a certificate.`, cause)
  }
}

function textIn(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (cause) {
    throw new Stop(exitCode.usage, `${path} cannot be read.`, cause)
  }
}

/** A name as a file may have it. */
function fileName(name: string): string {
  return name.replaceAll(/[^A-Za-z0-9._-]+/g, '-').replace(/^[.-]+/, '') || 'certificate'
}
