import assert from 'node:assert/strict'
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { execPath } from 'node:process'
import { createInterface } from 'node:readline'
import { after, describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const pages = ['README.md', ...globSync('docs/guide/*.md', { cwd: root })].sort()

/** A shell block of a page and the output that the page shows below it. */
interface Block {
  readonly line: number
  readonly script: string
  /** `…` stands for any text. `undefined`: the page shows none. */
  readonly shows: string | undefined
}

const folder = mkdtempSync(join(tmpdir(), 'cardea-docs-'))
after(() => rmSync(folder, { recursive: true, force: true }))

/** The SDK in the place of the AWS CLI. */
const sdk = folderWith('aws', `exec "${execPath}" "${join(root, 'test/clients/aws.ts')}" "$@"`)

/** To find the command takes `npx` longer than most commands take. The README's page has it find them. */
const direct = folderWith(
  'npx',
  `[ "$1" = cardea ] && shift\nexec "${execPath}" "${join(root, 'bin/cardea.mjs')}" "$@"`,
)

function folderWith(command: string, script: string): string {
  const bin = mkdtempSync(join(folder, `${command}-`))
  writeFileSync(join(bin, command), `#!/bin/sh\n${script}\n`)
  chmodSync(join(bin, command), 0o755)
  return bin
}

function installedCli(): string | undefined {
  try {
    return execFileSync('aws', ['--version'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trim()
  } catch {
    return undefined
  }
}

const cli = installedCli()

for (const page of pages) {
  const blocks = blocksOf(readFileSync(join(root, page), 'utf8'))
  if (blocks.length === 0) continue
  const found = page === 'README.md' ? [] : [direct]
  describe(page, () => {
    test('does what it says with the AWS SDK', () => follow(blocks, [...found, sdk]))
    if (!blocks.some(({ script }) => /\baws /.test(script))) return
    const skip = cli === undefined ? 'the AWS CLI is not installed' : false
    test(`does what it says with the AWS CLI ${cli ?? ''}`.trim(), { skip }, () => follow(blocks, found))
  })
}

test('every page of the guide is reached from the README', () => {
  const readme = readFileSync(join(root, 'README.md'), 'utf8')
  for (const page of pages.slice(1)) assert.ok(readme.includes(page), `${page} is not linked`)
})

test('every local link of the documentation leads somewhere', () => {
  for (const page of [...globSync('*.md', { cwd: root }), ...globSync('docs/**/*.md', { cwd: root })]) {
    const text = readFileSync(join(root, page), 'utf8')
    for (const [, target = ''] of text.matchAll(/\]\((?!https?:|#|mailto:)([^)#]+)(?:#[^)]*)?\)/g))
      assert.doesNotThrow(() => readFileSync(join(root, page, '..', target)), `${page}: ${target}`)
  }
})

/** Blocks marked `sh`. A `text` block that follows at once is the output. `console` blocks are for reading only. */
function blocksOf(markdown: string): readonly Block[] {
  const blocks: Block[] = []
  for (const match of markdown.matchAll(/^```sh\n([\s\S]*?)^```$(?:\n+^```text\n([\s\S]*?)^```$)?/gm)) {
    const line = markdown.slice(0, match.index).split('\n').length
    blocks.push({ line, script: match[1] ?? '', shows: match[2] })
  }
  return blocks
}

/** Takes: folders whose commands come before those that are installed. */
async function follow(blocks: readonly Block[], bins: readonly string[]): Promise<void> {
  const place = mkdtempSync(join(folder, 'page-'))
  const data = join(place, 'data')
  const server = spawn(execPath, ['src/main.ts', 'serve', '--data', data, '--port', '0', '--json'], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, HOME: place, CARDEA_LOG_LEVEL: 'warn' },
  })
  try {
    const ended = once(server, 'exit').then(([code]) =>
      assert.fail(`the server ended with ${code} before it was ready`),
    )
    await Promise.race([once(createInterface(server.stdout), 'line'), ended])
    ended.catch(() => undefined)
    const path = [...bins, process.env.PATH].join(delimiter)
    const env = {
      ...process.env,
      HOME: place,
      PATH: path,
      CARDEA_DATA: data,
      SCRATCH: place,
      AWS_PAGER: '',
      npm_config_update_notifier: 'false',
      // A page may run tests of its own; they are not a part of these.
      NODE_TEST_CONTEXT: undefined,
    }
    writeFileSync(join(place, 'page.sh'), scriptOf(blocks, place))
    const shell = spawn('bash', [join(place, 'page.sh')], {
      cwd: root,
      env,
      stdio: ['ignore', 'inherit', 'inherit'],
      detached: true,
    })
    await once(shell, 'exit')
    endGroup(shell.pid)
    for (const [index, block] of blocks.entries()) check(block, place, index)
  } finally {
    if (server.exitCode === null && server.kill('SIGTERM')) await once(server, 'exit')
  }
}

/** Ends what a page has left running in the background, as it does where a block fails. */
function endGroup(leader: number | undefined): void {
  try {
    if (leader !== undefined) process.kill(-leader)
  } catch (cause) {
    if (!(cause instanceof Error && 'code' in cause && cause.code === 'ESRCH')) throw cause
  }
}

/** One shell runs the whole page, so that what a block exports is there in the next. A block fails when any command in it does. */
function scriptOf(blocks: readonly Block[], place: string): string {
  const parts = blocks.map(
    ({ script }, index) =>
      `echo 0 > "${place}/${index}.code"\ntrap 'echo $? > "${place}/${index}.code"' ERR\n{\n${script}\n} > "${place}/${index}.out" 2>&1\n`,
  )
  return parts.join('\n')
}

function check({ line, shows }: Block, place: string, index: number): void {
  const output = readFileSync(join(place, `${index}.out`), 'utf8').trim()
  const code = readFileSync(join(place, `${index}.code`), 'utf8').trim()
  const refused = shows?.includes('An error occurred') ?? false
  assert.equal(code !== '0', refused, `line ${line}: exit code ${code}\n${output}`)
  if (shows === undefined) return
  const pattern = shows.trim().split('…').map(RegExp.escape).join('[\\s\\S]*?')
  assert.match(output.replaceAll('\n\n', '\n'), new RegExp(`^${pattern}$`), `line ${line}`)
}
