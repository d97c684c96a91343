import type { Command } from 'commander'
import type { KeyKind } from './ca/certify.ts'
import type { Add } from './run.ts'
import { exitCode, Stop } from './stop.ts'

type Flags = Readonly<Record<string, unknown>>

/** Adds the commands of a certification authority in local files. Its libraries are loaded when one of them runs. */
export function addAuthority(top: Command, add: Add): void {
  const ca = top.command('ca').description('a certification authority in local files').exitOverride()
  add({
    parent: ca,
    name: 'init',
    says: 'make a certification authority',
    takes: [],
    act: async ({ flags, output }) => {
      const { initAuthority } = await import('./command/ca.ts')
      const name = String(flags['name'])
      return initAuthority({ folder: folderIn(flags), name, key: keyIn(flags), days: daysIn(flags) }, output)
    },
  })
    .option('--folder <path>', 'where its files are', 'ca')
    .option('--name <name>', 'its common name', 'Cardea CA')
    .option('--key <kind>', 'p256 or rsa', 'p256')
    .option('--days <number>', 'for how long it is good', '3650')
  addIssuing(ca, add)
  add({
    parent: ca,
    name: 'revoke',
    says: 'take a certificate back, and write the list of those that were',
    takes: [],
    act: async ({ flags, words, output }) => {
      const { revokeCertificate } = await import('./command/ca.ts')
      return revokeCertificate({ folder: folderIn(flags), certificate: words[0] ?? '' }, output)
    },
  })
    .argument('<certificate>', 'its file, or its serial number in hexadecimal digits')
    .option('--folder <path>', 'where the files of the authority are', 'ca')
}

function addIssuing(ca: Command, add: Add): void {
  add({
    parent: ca,
    name: 'issue',
    says: 'issue a certificate, with a new key or for what asks for one',
    takes: [],
    act: async ({ flags, words, output }) => {
      const { issueCertificate } = await import('./command/ca.ts')
      const wanted = { folder: folderIn(flags), name: words[0], dns: listIn(flags, 'dns'), uri: listIn(flags, 'uri') }
      const more = { request: textIn(flags, 'csr'), key: keyIn(flags), days: daysIn(flags), out: textIn(flags, 'out') }
      return issueCertificate({ ...wanted, ...more }, output)
    },
  })
    .argument('[name]', 'the common name')
    .option('--folder <path>', 'where the files of the authority are', 'ca')
    .option('--dns <name...>', 'names of the host')
    .option('--uri <uri...>', 'URIs, as identities of SPIFFE are')
    .option('--csr <file>', 'a certificate signing request in PEM; only its key and name are taken')
    .option('--key <kind>', 'p256 or rsa', 'p256')
    .option('--days <number>', 'for how long it is good', '365')
    .option('--out <path>', 'where the files go, without .pem and .key')
}

function folderIn(flags: Flags): string {
  return String(flags['folder'])
}

function textIn(flags: Flags, name: string): string | undefined {
  const value = flags[name]
  return typeof value === 'string' ? value : undefined
}

function listIn(flags: Flags, name: string): readonly string[] {
  const value = flags[name]
  return Array.isArray(value) ? value.map(String) : []
}

function keyIn(flags: Flags): KeyKind {
  const { key } = flags
  if (key === 'p256' || key === 'rsa') return key
  throw new Stop(exitCode.usage, '--key is p256 or rsa.')
}

function daysIn({ days }: Flags): number {
  if (typeof days === 'string' && /^[1-9]\d{0,4}$/.test(days)) return Number(days)
  throw new Stop(exitCode.usage, '--days is a whole number from 1 to 99999.')
}
