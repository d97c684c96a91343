import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { builtinModules } from 'node:module'
import { dirname, join, normalize, relative } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))

/** What each room may import: doors of other rooms, packages, and whether Node's own modules. */
interface Allowance {
  readonly doors: readonly string[]
  readonly packages: readonly string[]
  /** `true`: any of Node's modules; a list: these. */
  readonly node: boolean | readonly string[]
}

const floors: Readonly<Record<string, Allowance>> = {
  engine: { doors: [], packages: [], node: false },
  analysis: { doors: ['#engine'], packages: [], node: false },
  models: { doors: [], packages: ['@aws-sdk/*', '@smithy/types'], node: ['node:fs', 'node:zlib'] },
  protocol: { doors: ['#models'], packages: [], node: ['node:crypto', 'node:buffer'] },
  store: { doors: [], packages: ['kysely'], node: true },
  access: {
    doors: ['#engine', '#store', '#protocol', '#models'],
    packages: ['otplib'],
    node: ['node:crypto', 'node:zlib'],
  },
  services: {
    doors: ['#engine', '#analysis', '#access', '#store', '#protocol', '#models'],
    packages: [
      '@aws-sdk/*',
      '@smithy/types',
      '@node-saml/node-saml/lib/xml.js',
      '@peculiar/x509',
      'jose',
      'qrcode',
      'reflect-metadata',
    ],
    node: ['node:crypto'],
  },
  server: {
    doors: ['#access', '#services', '#store', '#protocol', '#models', '#engine'],
    packages: ['pino', 'prom-client'],
    node: true,
  },
  gateway: {
    doors: ['#access', '#services', '#server', '#store', '#protocol', '#models', '#engine'],
    packages: ['undici', 'pino', 'prom-client'],
    node: true,
  },
  authorizer: {
    doors: ['#access', '#services', '#server', '#store', '#protocol', '#models', '#engine'],
    packages: ['@grpc/grpc-js', '@grpc/proto-loader'],
    node: true,
  },
  agent: {
    doors: ['#access', '#services', '#store', '#protocol', '#models', '#engine'],
    packages: ['undici', 'jose', 'pino'],
    node: true,
  },
  cli: {
    doors: ['#engine', '#analysis', '#protocol', '#models'],
    packages: ['commander', 'picocolors', 'cli-table3', '@peculiar/x509', 'reflect-metadata'],
    node: true,
  },
}

/** Packages whose types only may be imported: they are not there at run time. */
const typesOnly = ['@aws-sdk/', '@smithy/']

const sources = globSync('src/**/*.ts', { cwd: root }).map((path) => path.replaceAll('\\', '/'))
const code = sources.filter((path) => !path.endsWith('.test.ts'))
const everything = ['src', 'test', 'tools', 'bench', 'console']
  .flatMap((folder) => globSync(`${folder}/**/*.ts`, { cwd: root }))
  .map((path) => path.replaceAll('\\', '/'))

interface Import {
  readonly from: string
  readonly to: string
  readonly type: boolean
}

function textOf(path: string): string {
  return readFileSync(join(root, path), 'utf8')
}

function importsOf(path: string): readonly Import[] {
  const text = textOf(path)
  const found: Import[] = []
  for (const match of text.matchAll(/^(?:import|export)\s+(type\s+)?(?:[^'"]*?\sfrom\s+)?['"]([^'"]+)['"]/gm))
    found.push({ from: path, to: match[2] ?? '', type: match[1] !== undefined })
  for (const match of text.matchAll(/\bimport\(\s*['"]([^'"]+)['"]\s*\)/g)) {
    const before = text.slice(Math.max(0, (match.index ?? 0) - 8), match.index)
    found.push({ from: path, to: match[1] ?? '', type: before.includes('typeof') })
  }
  return found
}

function roomOf(path: string): string {
  return path.split('/')[1] ?? ''
}

function complaint(found: Import): string | undefined {
  const room = roomOf(found.from)
  const floor = floors[room]
  if (floor === undefined) return `${room} is not a room of the design`
  if (found.to.startsWith('.')) return relativeComplaint(found)
  if (found.to.startsWith('#'))
    return floor.doors.includes(found.to) ? undefined : 'is not a door that this room may use'
  if (found.to.startsWith('node:')) {
    const allowed = floor.node === true || (floor.node !== false && floor.node.includes(found.to))
    return allowed ? undefined : 'is not one of the Node modules of this room'
  }
  if (typesOnly.some((prefix) => found.to.startsWith(prefix)) && !found.type) return 'may be imported as types only'
  const known = floor.packages.some((name) =>
    name.endsWith('*') ? found.to.startsWith(name.slice(0, -1)) : name === found.to,
  )
  return known ? undefined : 'is not a package of this room'
}

function relativeComplaint(found: Import): string | undefined {
  const target = normalize(join(dirname(found.from), found.to)).replaceAll('\\', '/')
  if (roomOf(target) !== roomOf(found.from) || !target.startsWith('src/')) return 'leaves its room without using a door'
  const [, , service, file] = found.from.split('/')
  const [, , other, otherFile] = target.split('/')
  const sideways = roomOf(target) === 'services' && file !== undefined && otherFile !== undefined && service !== other
  return sideways ? 'reaches from one service into another' : undefined
}

test('a room imports only what the design lets it', () => {
  const rooms = code.filter((path) => path !== 'src/main.ts')
  const wrong = rooms.flatMap(importsOf).flatMap((found) => {
    const reason = complaint(found)
    return reason === undefined ? [] : [`${found.from}: ${found.to} ${reason}`]
  })
  assert.deepEqual(wrong, [])
})

test('the walls refuse an upward, a sideways, a foreign and a doorless import', () => {
  const refused = [
    { from: 'src/engine/a.ts', to: '#store', type: false },
    { from: 'src/engine/a.ts', to: 'node:crypto', type: false },
    { from: 'src/services/iam/user.ts', to: '../sts/session.ts', type: false },
    { from: 'src/store/a.ts', to: '../engine/index.ts', type: false },
    { from: 'src/services/iam/iam.ts', to: '@aws-sdk/client-iam', type: false },
    { from: 'src/protocol/a.ts', to: 'left-pad', type: false },
    { from: 'src/cellar/a.ts', to: './b.ts', type: false },
  ]
  for (const found of refused) assert.notEqual(complaint(found), undefined, `${found.from} → ${found.to}`)
  assert.equal(complaint({ from: 'src/services/iam/user.ts', to: '../operation.ts', type: false }), undefined)
})

test('every door leads to the index of a room, and there is no way past a door', () => {
  const manifest: { imports: Record<string, string> } = JSON.parse(textOf('package.json'))
  for (const [door, target] of Object.entries(manifest.imports)) {
    assert.match(door, /^#[a-z]+$/)
    assert.equal(target, `./src/${door.slice(1)}/index.ts`)
  }
})

test('no package is imported that the manifest does not list, and run time needs no development package', () => {
  const manifest: Record<'dependencies' | 'devDependencies', Record<string, string>> = JSON.parse(
    textOf('package.json'),
  )
  const packageOf = (name: string) =>
    name
      .split('/')
      .slice(0, name.startsWith('@') ? 2 : 1)
      .join('/')
  const foreign = everything.flatMap(importsOf).filter((found) => !/^[.#]|^node:/.test(found.to))
  for (const found of foreign) {
    const name = packageOf(found.to)
    const listed = name in manifest.dependencies || name in manifest.devDependencies
    assert.ok(listed, `${found.from}: ${found.to}`)
    const runs = found.from.startsWith('src/') && !found.from.endsWith('.test.ts') && !found.type
    if (runs) assert.ok(name in manifest.dependencies, `${found.from} needs ${found.to} at run time`)
  }
  for (const found of everything.flatMap(importsOf))
    assert.ok(
      found.to.startsWith('node:') || !builtinModules.includes(found.to),
      `${found.from}: write node:${found.to}`,
    )
})

test('a file has at most 400 lines, a name in kebab-case, and lies at most three folders below src', () => {
  const generated = /^src\/models\/generated\//
  for (const path of everything) {
    if (generated.test(path)) continue
    const lines = textOf(path).split('\n').length - 1
    const ceiling = path.endsWith('.test.ts') ? 600 : 400
    assert.ok(lines <= ceiling, `${path} has ${lines} lines`)
    assert.match(path, /^[a-z0-9/.-]+$/, `${path} is not in kebab-case`)
    if (path.startsWith('src/')) assert.ok(relative('src', path).split('/').length <= 3, `${path} lies too deep`)
  }
})

test('no code says any, exports a default, or silences a checker', () => {
  const forbidden: readonly (readonly [RegExp, string])[] = [
    [/[:<(,|&]\s*any\b(?!\s*[(:'])|\bas any\b/, 'any'],
    [/^export default\b/m, 'a default export'],
    [/^\s*(?:export\s+)?(?:const\s+)?enum\s/m, 'an enum'],
    [/^\s*(?:export\s+)?namespace\s/m, 'a namespace'],
    [/@ts-(?:ignore|expect-error|nocheck)|biome-ignore-all/, 'a silenced checker'],
  ]
  for (const path of everything) {
    if (path === 'test/floors.test.ts') continue
    const text = textOf(path).replace(/\/\*[\s\S]*?\*\/|(?<=^|\s)\/\/.*$/gm, '')
    for (const [pattern, name] of forbidden) assert.doesNotMatch(text, pattern, `${path} has ${name}`)
  }
})

test('every QUIRK has a test that names its file or says the quirk', () => {
  const tests = everything
    .filter((path) => path.endsWith('.test.ts'))
    .map(textOf)
    .join('\n')
  for (const path of code) {
    if (!/\bQUIRK:/.test(textOf(path))) continue
    const base = path.split('/').at(-1)?.replace('.ts', '') ?? ''
    const beside = sources.includes(path.replace(/\.ts$/, '.test.ts'))
    assert.ok(beside || tests.includes(base), `${path} has a QUIRK that no test beside it or by its name covers`)
  }
})
