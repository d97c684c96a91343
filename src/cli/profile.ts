import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { writePrivate } from './place.ts'
import type { CreatedAccount, KeyPair } from './program.ts'

/** A section of Cardea's own AWS config file: who to be, and where. */
export interface Profile extends KeyPair {
  readonly region: string
  readonly url: string
}

/** The region that profiles name. IAM has one endpoint for all; AWS's clients want a region all the same. */
export const homeRegion = 'us-east-1'

/** The file that the AWS CLI and SDKs take in `AWS_CONFIG_FILE`. It is never the user's own. */
export function profilePath(folder: string): string {
  return join(folder, 'aws-config')
}

/** Adds the account's administrator, and its root when that has a key, under these names; the others stay as they are. */
export function addProfiles(
  folder: string,
  name: string,
  { created, url }: { created: CreatedAccount; url: string },
): void {
  const profiles = readProfiles(folder)
  profiles.set(name, { ...keyPair(created.administrator), region: homeRegion, url })
  if (created.rootKey !== undefined)
    profiles.set(name === 'default' ? 'root' : `${name}-root`, { ...keyPair(created.rootKey), region: homeRegion, url })
  writePrivate(profilePath(folder), textOf(profiles))
}

/** Gives: an empty map when there is no file. */
export function readProfiles(folder: string): Map<string, Profile> {
  const path = profilePath(folder)
  const profiles = new Map<string, Profile>()
  if (!existsSync(path)) return profiles
  for (const section of readFileSync(path, 'utf8').split(/^(?=\[)/m)) {
    const name = /^\[(?:profile )?([^\]]+)\]/.exec(section)?.[1]
    const of = (key: string) => new RegExp(`^${key} = (.*)$`, 'm').exec(section)?.[1]
    const [accessKeyId, secretAccessKey] = [of('aws_access_key_id'), of('aws_secret_access_key')]
    if (name === undefined || accessKeyId === undefined || secretAccessKey === undefined) continue
    profiles.set(name, {
      accessKeyId,
      secretAccessKey,
      region: of('region') ?? homeRegion,
      url: of('endpoint_url') ?? '',
    })
  }
  return profiles
}

/** An account's name as the name of a profile: letters, digits and dashes. */
export function profileName(accountName: string): string {
  const plain = accountName
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '')
  return plain === '' || plain === 'default' ? 'account' : plain
}

function keyPair({ accessKeyId, secretAccessKey }: KeyPair): KeyPair {
  return { accessKeyId, secretAccessKey }
}

function textOf(profiles: ReadonlyMap<string, Profile>): string {
  const sections = [...profiles].map(([name, { accessKeyId, secretAccessKey, region, url }]) =>
    [
      name === 'default' ? '[default]' : `[profile ${name}]`,
      `aws_access_key_id = ${accessKeyId}`,
      `aws_secret_access_key = ${secretAccessKey}`,
      `region = ${region}`,
      ...(url === '' ? [] : [`endpoint_url = ${url}`]),
      // QUIRK: version 1 of the AWS CLI, and boto3, sign links to objects as before version 4 unless they are told.
      's3 =',
      '  signature_version = s3v4',
    ].join('\n'),
  )
  return `${sections.join('\n\n')}\n`
}
