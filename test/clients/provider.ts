import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, globSync, readdirSync, readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { arch, platform } from 'node:process'
import { createInterface } from 'node:readline'
import type { Environment } from './tool.ts'

const address = 'registry.terraform.io/hashicorp/aws'

/** Gives: a folder that Terraform can use as a mirror and that holds its AWS provider; `undefined`: the machine has none. */
export function findMirror(): string | undefined {
  const deeper = ['/opt', '/usr/share', '/usr/local/share'].flatMap((top) =>
    globSync([`${top}/*/${address}`, `${top}/*/*/${address}`]),
  )
  return [...places(), ...deeper.map((path) => join(path, '../../..'))].find(holds)
}

/** Whether a mirror has the provider for this machine, packed or unpacked. */
function holds(place: string): boolean {
  const system = { win32: 'windows' }[platform as string] ?? platform
  const machine = { x64: 'amd64', ia32: '386' }[arch as string] ?? arch
  const at = join(place, address)
  return globSync([`${at}/*_${system}_${machine}.zip`, `${at}/*/${system}_${machine}`]).length > 0
}

/** Where Terraform itself looks, and where its settings say. */
function places(): readonly string[] {
  const { TF_CLI_CONFIG_FILE, TF_PLUGIN_CACHE_DIR, TF_PLUGIN_DIR, XDG_DATA_HOME } = process.env
  const data = XDG_DATA_HOME ?? join(homedir(), '.local', 'share')
  return [
    ...[TF_CLI_CONFIG_FILE, join(homedir(), '.terraformrc')].flatMap(mirrorsOf),
    ...[TF_PLUGIN_CACHE_DIR, TF_PLUGIN_DIR].filter((path) => path !== undefined),
    join(homedir(), '.terraform.d', 'plugins'),
    join(homedir(), '.terraform.d', 'plugin-cache'),
    join(data, 'terraform', 'plugins'),
    '/usr/local/share/terraform/plugins',
    '/usr/share/terraform/plugins',
  ]
}

function mirrorsOf(file: string | undefined): readonly string[] {
  if (file === undefined || !existsSync(file)) return []
  const text = readFileSync(file, 'utf8')
  return [...text.matchAll(/^\s*(?:path|plugin_cache_dir)\s*=\s*"([^"]+)"/gm)].map(([, path = '']) => path)
}

/** The folders between may be links, which a glob does not follow. */
function programsIn(place: string): readonly string[] {
  return globSync(join(place, address, '*/*')).flatMap((folder) =>
    readdirSync(folder)
      .filter((name) => name.startsWith('terraform-provider-aws'))
      .map((name) => join(folder, name)),
  )
}

/** The provider as a process that stays, so that not every command of Terraform has to start and ask it anew. */
export interface Provider {
  /** What tells Terraform where it is. */
  readonly env: Environment
  stop(): Promise<void>
}

/** Takes: a folder that `terraform init` was run in. */
export async function startProvider(folder: string, env: Environment): Promise<Provider> {
  const [program] = programsIn(join(folder, '.terraform/providers'))
  if (program === undefined) throw new Error('Terraform did not install its AWS provider')
  // It builds the same large descriptions for every command: collecting them seldom halves the work.
  const seldom = { GOGC: '400', GOMEMLIMIT: '1500MiB' }
  const child = spawn(program, ['-debug'], {
    cwd: folder,
    env: { ...env, ...seldom },
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  const ended = new Promise<void>((resolve) => child.on('close', () => resolve()))
  const place = await Promise.race([reattachment(child), ended])
  if (place === undefined) throw new Error("Terraform's AWS provider did not start")
  const stop = () => {
    child.kill('SIGTERM')
    return ended
  }
  return { env: { TF_REATTACH_PROVIDERS: place }, stop }
}

async function reattachment(child: ChildProcess): Promise<string | undefined> {
  if (child.stdout === null) return undefined
  for await (const line of createInterface(child.stdout)) {
    const [, place] = /TF_REATTACH_PROVIDERS='(.*)'/.exec(line) ?? []
    if (place !== undefined) return place
  }
  return undefined
}
