/**
 * What runs before anything of Cardea does: installs what is missing and hands over to the project's own Node.
 * Plain JavaScript without dependencies; Node 20 can run it.
 */
import { spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'

/** The folder of the checkout. */
export const root = dirname(dirname(fileURLToPath(import.meta.url)))

const cache = join(root, 'node_modules', '.cache', 'cardea')
const oldest = 26

/** Whether the Node that runs this file can run Cardea. */
export const modern = Number(process.versions.node.split('.')[0]) >= oldest

/** Installs the packages of package-lock.json, unless they are there. Prints nothing when they are. */
export function install() {
  const lock = readFileSync(join(root, 'package-lock.json'))
  const digest = createHash('sha256').update(lock).digest('hex')
  const stamp = join(cache, 'lock')
  if (textOf(stamp) === digest && existsSync(projectNode())) return
  if (!installed(JSON.parse(lock.toString('utf8')))) {
    process.stderr.write('Installing what is missing (npm ci) …\n')
    npm(['ci', '--loglevel=error', '--no-fund', '--no-audit', '--include=dev'])
  }
  mkdirSync(cache, { recursive: true })
  writeFileSync(stamp, digest)
}

/** The Node that runs Cardea: the project's own, or this one when it is new enough. */
export function projectNode() {
  return modern
    ? process.execPath
    : join(root, 'node_modules', 'node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node')
}

/** What every program of the project is started with. */
export function environment() {
  return { ...process.env, NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE ?? cache }
}

/** Runs a program with the project's Node in the place of this process: its streams, signals and exit code. */
export function become(words, options = {}) {
  const child = spawn(projectNode(), words, { stdio: 'inherit', env: environment(), ...options })
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP']
  for (const signal of signals)
    process.on(signal, () => {
      // A terminal sends its interrupt to the whole group; the program has it already.
      if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal)
    })
  child.on('error', (cause) => fail(`${projectNode()} does not start: ${cause.message}`))
  child.on('exit', (code, signal) => {
    if (signal === null) process.exit(code ?? 1)
    for (const one of signals) process.removeAllListeners(one)
    process.kill(process.pid, signal)
  })
}

/** Runs a program with the project's Node and waits for it. Gives: its exit code. */
export function run(words, options = {}) {
  const { status, error } = spawnSync(projectNode(), words, {
    stdio: 'inherit',
    cwd: root,
    env: environment(),
    ...options,
  })
  if (error !== undefined) fail(error.message)
  return status ?? 1
}

/** Ends the process with a message for people. */
export function fail(message) {
  process.stderr.write(`${message}\n`)
  process.exit(1)
}

/** Whether every package of the lock file is there in its version; npm keeps a list of what it has installed. */
function installed(lock) {
  const list = textOf(join(root, 'node_modules', '.package-lock.json'))
  if (list === undefined || !existsSync(projectNode())) return false
  const present = JSON.parse(list).packages
  return Object.entries(lock.packages).every(
    ([path, wanted]) => path === '' || wanted.optional || present[path]?.version === wanted.version,
  )
}

function npm(words) {
  const script = process.env.npm_execpath ?? ''
  const [command, ...first] = script.endsWith('npm-cli.js') ? [process.execPath, script] : ['npm']
  const { status, error } = spawnSync(command, [...first, ...words], {
    stdio: ['ignore', 2, 2],
    cwd: root,
    shell: command === 'npm' && process.platform === 'win32',
  })
  if (error !== undefined) fail(`npm does not start: ${error.message}`)
  if (status !== 0) fail(`npm ci failed. Its messages are above; run it in ${root} to try again.`)
}

function textOf(path) {
  return existsSync(path) ? readFileSync(path, 'utf8') : undefined
}
