import assert from 'node:assert/strict'
import { cpSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { after, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { remains } from './account.ts'
import { addDeployer, interfere } from './interfere.ts'
import { material } from './material.ts'
import { findMirror, type Provider, startProvider } from './provider.ts'
import { type Served, serve } from './server.ts'
import { type Environment, findTool, run } from './tool.ts'

const here = fileURLToPath(new URL('terraform', import.meta.url))
/** `SCENARIO=role` runs that one alone. */
const scenarios = globSync('*/main.tf', { cwd: here })
  .map((path) => path.split('/')[0] ?? '')
  .filter((name) => (process.env.SCENARIO ?? name) === name)
  .sort()

const terraform = findTool('terraform')
const mirror = terraform === undefined ? undefined : findMirror()
const skip =
  terraform === undefined
    ? 'Terraform is not installed'
    : mirror === undefined && "Terraform's AWS provider is not installed"

const folder = mkdtempSync(join(tmpdir(), 'cardea-terraform-'))
after(() => rmSync(folder, { recursive: true, force: true }))

test('Terraform manages every scenario with empty plans, and leaves nothing', { skip, concurrency: 2 }, async (all) => {
  writeFileSync(join(folder, 'settings.tfrc'), settingsOf(mirror ?? ''))
  const waiting = [...scenarios]
  const lane = async (): Promise<void> => {
    const scenario = waiting.shift()
    if (scenario === undefined) return
    const provider = await provide(scenario)
    try {
      for (let next: string | undefined = scenario; next !== undefined; next = waiting.shift()) {
        const name = next
        await all.test(name, () => live(name, provider))
      }
    } finally {
      await provider.stop()
    }
  }
  await Promise.all([lane(), lane()])
})

function settingsOf(path: string): string {
  return `provider_installation {\n  filesystem_mirror {\n    path = ${JSON.stringify(path)}\n  }\n}\n`
}

const brought = JSON.stringify(material())

const plain: Environment = {
  PATH: process.env.PATH ?? '',
  HOME: folder,
  TF_CLI_CONFIG_FILE: join(folder, 'settings.tfrc'),
  TF_IN_AUTOMATION: '1',
  TF_INPUT: '0',
  CHECKPOINT_DISABLE: '1',
}

async function provide(scenario: string): Promise<Provider> {
  const workspace = workspaceOf(scenario, 'provider')
  const { code, stderr } = await run([terraform ?? '', 'init', '-no-color'], { cwd: workspace, env: plain })
  assert.equal(code, 0, stderr)
  return startProvider(workspace, plain)
}

/** A folder with the scenario's files. `imports`: with its import blocks, for a state that is empty. */
function workspaceOf(scenario: string, kind: 'state' | 'imports' | 'provider'): string {
  const workspace = join(folder, `${scenario}-${kind}`)
  mkdirSync(workspace)
  const files = globSync([join(here, '*.tf'), join(here, scenario, '*')])
  for (const file of files) {
    if (kind !== 'imports' && basename(file) === 'import.tf') continue
    cpSync(file, join(workspace, basename(file)))
  }
  writeFileSync(join(workspace, 'material.auto.tfvars.json'), brought)
  return workspace
}

/** From nothing to nothing. */
async function live(scenario: string, provider: Provider): Promise<void> {
  const server = await serve()
  try {
    const role = scenario === 'policy' ? await addDeployer(server) : ''
    const before = await remains(server)
    const session = { server, provider, role }
    const command = commandIn(workspaceOf(scenario, 'state'), session)
    await command('apply -auto-approve', {})
    await command('plan -detailed-exitcode', {})
    await command('apply -auto-approve', { changed: true })
    await command('plan -detailed-exitcode', { changed: true })
    await imported(scenario, session)
    await interfere[scenario]?.(server)
    await command('destroy -auto-approve', { changed: true })
    assert.deepEqual(await remains(server), before)
  } finally {
    await server.stop()
  }
}

/** Whom Terraform works for. `role`: the one that it is to assume; empty: none. */
interface Session {
  readonly server: Served
  readonly provider: Provider
  readonly role: string
}

type Command = (words: string, settings: { readonly changed?: boolean }) => Promise<string>

/** Gives: what a command said. It fails when the command does. */
function commandIn(cwd: string, session: Session): Command {
  return async (words, { changed = false }) => {
    const env = { ...plain, ...session.provider.env, ...variables(session), TF_VAR_changed: String(changed) }
    const { code, stdout, stderr } = await run([terraform ?? '', ...words.split(' '), '-no-color'], { cwd, env })
    assert.equal(code, 0, `terraform ${words}\n${stdout}\n${stderr}`)
    return stdout
  }
}

/** The provider was started before the server, so that its environment cannot tell it these. */
function variables({ server: { url, administrator }, role }: Session): Environment {
  return {
    TF_VAR_role: role,
    TF_VAR_endpoint: url,
    TF_VAR_access_key: administrator.accessKeyId,
    TF_VAR_secret_key: administrator.secretAccessKey,
  }
}

/** What the scenario's state tells, for ids that nobody knows beforehand. */
function outputs(scenario: string): Readonly<Record<string, string>> {
  const state: { readonly outputs: Readonly<Record<string, { readonly value: string }>> } = JSON.parse(
    readFileSync(join(folder, `${scenario}-state`, 'terraform.tfstate'), 'utf8'),
  )
  return Object.fromEntries(Object.entries(state.outputs).map(([name, { value }]) => [name, value]))
}

interface Planned {
  readonly type?: string
  readonly change?: { readonly resource: { readonly addr: string }; readonly action: string }
  readonly changes?: { readonly import: number; readonly change: number; readonly remove: number }
}

/** What exists is taken over into an empty state as it is. */
async function imported(scenario: string, session: Session): Promise<void> {
  const workspace = workspaceOf(scenario, 'imports')
  writeFileSync(join(workspace, 'made.auto.tfvars.json'), JSON.stringify({ made: outputs(scenario) }))
  const wanted = [...readFileSync(join(workspace, 'import.tf'), 'utf8').matchAll(/^\s*to\s*=/gm)].length
  const said = await commandIn(workspace, session)('plan -json', { changed: true })
  const lines: readonly Planned[] = said
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line))
  const altered = lines.filter(
    ({ type, change }) =>
      type === 'planned_change' && !['create', 'import', 'noop', 'read'].includes(change?.action ?? ''),
  )
  assert.deepEqual(
    altered.map(({ change }) => `${change?.action} ${change?.resource.addr}`),
    [],
  )
  const summary = lines.findLast(({ type }) => type === 'change_summary')?.changes
  assert.deepEqual([summary?.import, summary?.change, summary?.remove], [wanted, 0, 0])
}
