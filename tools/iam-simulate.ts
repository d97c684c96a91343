/**
 * `@cloud-copilot/iam-simulate` as a peer. Its licence is AGPL, so that it is no dependency: it is installed on demand into
 * a folder of the cache, and only its documented function is called.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

const version = '0.1.173'
const name = '@cloud-copilot/iam-simulate'
const folder = fileURLToPath(new URL('../node_modules/.cache/cardea/iam-simulate/', import.meta.url))

/** What it is asked, in its own form. */
export interface Simulation {
  readonly request: {
    readonly action: string
    readonly principal: unknown
    readonly resource: { readonly accountId: string; readonly resource: string }
    readonly contextVariables: Readonly<Record<string, string | readonly string[]>>
  }
  readonly identityPolicies: readonly Named[]
  readonly resourcePolicy?: unknown
  readonly permissionBoundaryPolicies?: readonly Named[]
  readonly sessionPolicies?: readonly Named[]
  readonly vpcEndpointPolicies?: readonly Named[]
  readonly serviceControlPolicies: readonly Level[]
  readonly resourceControlPolicies: readonly Level[]
}

interface Named {
  readonly name: string
  readonly policy: unknown
}

interface Level {
  readonly orgIdentifier: string
  readonly policies: readonly Named[]
}

export interface LoadedPeer {
  readonly version: string
  /** What stands for a caller without a signature. */
  readonly anonymous: unknown
  /** Gives: `Allowed`, `ExplicitlyDenied`, `ImplicitlyDenied`, or why it does not answer. */
  readonly run: (simulation: Simulation) => Promise<string>
}

/** Takes: whether it may be installed. Gives: the reason when it is not there. */
export async function loadPeer(install: boolean): Promise<LoadedPeer | { readonly skipped: string }> {
  if (!isThere()) {
    if (!install) return { skipped: `${name} is not in the cache` }
    const refused = installPeer()
    if (refused !== undefined) return { skipped: `${name} cannot be installed: ${refused}` }
  }
  const entry = pathToFileURL(join(folder, 'node_modules', name, 'dist', 'esm', 'index.js')).href
  const loaded: {
    readonly runSimulation: (simulation: Simulation, options: object) => Promise<Answer>
    anonymousPrincipal: unknown
  } = await import(entry)
  const run = async (simulation: Simulation) => {
    const answer = await loaded.runSimulation(simulation, {})
    return answer.resultType === 'error' ? `refused: ${answer.errors?.message}` : (answer.overallResult ?? 'no answer')
  }
  return { version, anonymous: loaded.anonymousPrincipal, run }
}

interface Answer {
  readonly resultType: string
  readonly overallResult?: string
  readonly errors?: { readonly message: string }
}

function isThere(): boolean {
  const manifest = join(folder, 'node_modules', name, 'package.json')
  return existsSync(manifest) && JSON.parse(readFileSync(manifest, 'utf8')).version === version
}

/** Gives: what went wrong. */
function installPeer(): string | undefined {
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'package.json'), '{ "private": true }\n')
  const words = ['install', '--prefix', folder, '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error']
  const { status, stderr, error } = spawnSync('npm', [...words, '--save-exact', `${name}@${version}`], {
    encoding: 'utf8',
    cwd: folder,
    timeout: 120_000,
    shell: process.platform === 'win32',
  })
  if (error !== undefined) return error.message
  return status === 0 && isThere() ? undefined : (stderr.trim().split('\n')[0] ?? `npm gave ${status}`)
}
