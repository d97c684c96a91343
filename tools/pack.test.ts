import assert from 'node:assert/strict'
import { execFile, execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execPath } from 'node:process'
import { after, before, describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { createContext, runInContext } from 'node:vm'
import { buildSync } from 'esbuild'
import { createAuthorizer } from '#authorizer'
import { createHouse, listen } from '#server'
import { operations } from '#services'
import { openFrontDoor } from '../test/front-door.ts'
import { pack } from './pack.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'cardea-pack-'))
const project = join(folder, 'project')
after(() => rmSync(folder, { recursive: true }))

/** A user's program: it asks the engine one question that is allowed and one that is not. */
const program = `
  import { compile, decide, parse } from 'cardea/engine'

const text = JSON.stringify({
  Version: '2012-10-17',
  Statement: { Effect: 'Allow', Action: 's3:Get*', Resource: 'arn:aws:s3:::photos/*' },
})
const { policy } = parse(text, 'identity')
if (policy === undefined) throw new Error('the policy does not parse')
const identity = compile([{ policy }])
const ann = { type: 'user', arn: 'arn:aws:iam::111122223333:user/ann', account: '111122223333' } as const
const ask = (action: string) =>
  decide(
    { principal: ann, action, resource: 'arn:aws:s3:::photos/a', resourceAccount: '111122223333', context: {} },
    { identity },
  ).decision
export const answers: readonly string[] = [ask('s3:GetObject'), ask('s3:PutObject')]
`

describe('the engine, packed and installed alone in an empty project', () => {
  before(() => {
    pack(join(folder, 'package'), ['engine'])
    const packed = execFileSync('npm', ['pack', '--silent', '--pack-destination', folder], {
      cwd: join(folder, 'package'),
      encoding: 'utf8',
      shell: process.platform === 'win32',
    }).trim()
    mkdirSync(project)
    writeFileSync(join(project, 'package.json'), JSON.stringify({ name: 'empty', type: 'module', private: true }))
    execFileSync('npm', ['install', '--offline', '--no-audit', '--no-fund', join(folder, packed)], {
      cwd: project,
      stdio: 'ignore',
      shell: process.platform === 'win32',
    })
    writeFileSync(join(project, 'program.ts'), program)
  })

  test('brings no other package along', () => {
    const lock = JSON.parse(readFileSync(join(project, 'package-lock.json'), 'utf8'))
    assert.deepEqual(Object.keys(lock.packages), ['', 'node_modules/cardea'])
  })

  test('is plain JavaScript with types, without tests', () => {
    const installed = join(project, 'node_modules', 'cardea', 'engine')
    assert.ok(existsSync(join(installed, 'index.js')))
    assert.ok(existsSync(join(installed, 'index.d.ts')))
    assert.doesNotMatch(execFileSync('ls', ['-R', installed], { encoding: 'utf8' }), /\.test\.|[^d]\.ts$/m)
  })

  test('decides in Node', () => {
    const script = "import('./program.ts').then(({ answers }) => console.log(JSON.stringify(answers)))"
    const answers = execFileSync(execPath, ['--input-type=module', '--eval', script], {
      cwd: project,
      encoding: 'utf8',
    })
    assert.deepEqual(JSON.parse(answers), ['allowed', 'implicitDeny'])
  })

  test('gives types to a strict TypeScript program', () => {
    const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc')
    const flags = ['--noEmit', '--strict', '--module', 'nodenext', '--target', 'es2024', '--types', '', 'program.ts']
    const { status, stdout } = spawnSync(execPath, [tsc, ...flags], { cwd: project, encoding: 'utf8' })
    assert.equal(status, 0, stdout)
  })

  test('decides in a browser bundle, where nothing of Node is there', () => {
    const { outputFiles } = buildSync({
      entryPoints: [join(project, 'program.ts')],
      bundle: true,
      write: false,
      platform: 'browser',
      format: 'iife',
      globalName: 'bundle',
      logLevel: 'silent',
    })
    const context = createContext({})
    runInContext(outputFiles[0]?.text ?? '', context)
    assert.equal(runInContext('JSON.stringify(bundle.answers)', context), '["allowed","implicitDeny"]')
  })
})

/** A service's program: it asks the library about a user of its account. */
const service = `
  import { createAuthorizer, type LocalAnswer } from 'cardea/authorizer'

const [url = '', accessKeyId = '', secretAccessKey = '', principal = ''] = process.argv.slice(2)
const authorizer = await createAuthorizer({ url, credentials: { accessKeyId, secretAccessKey }, services: ['acme'] })
const answers: readonly LocalAnswer[] = ['acme:GetPhoto', 'acme:Nothing'].map((action) =>
  authorizer.decide({ principal, action, resource: '*' }),
)
authorizer.stop()
console.log(JSON.stringify(answers.map(({ decision }) => decision)))
`

describe('the library of the authorizer, packed and installed alone in an empty project', () => {
  const place = join(folder, 'service')
  const inProject = { cwd: place, encoding: 'utf8', shell: process.platform === 'win32' } as const
  before(() => {
    const from = join(folder, 'authorizer-package')
    pack(from, ['authorizer'])
    const to = join(folder, 'authorizer-packed')
    mkdirSync(to)
    const packed = execFileSync('npm', ['pack', '--silent', '--pack-destination', to], {
      ...inProject,
      cwd: from,
    }).trim()
    mkdirSync(place)
    writeFileSync(join(place, 'package.json'), JSON.stringify({ name: 'empty', type: 'module', private: true }))
    const install = ['install', '--offline', '--no-audit', '--no-fund', join(to, packed)]
    execFileSync('npm', install, { ...inProject, stdio: 'ignore' })
    writeFileSync(join(place, 'service.ts'), service)
  })

  test('brings no other package along', () => {
    const lock = JSON.parse(readFileSync(join(place, 'package-lock.json'), 'utf8'))
    assert.deepEqual(Object.keys(lock.packages), ['', 'node_modules/cardea'])
  })

  test('gives types to a strict TypeScript program', () => {
    const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc')
    const types = ['--types', 'node', '--typeRoots', join(root, 'node_modules', '@types')]
    const flags = ['--noEmit', '--strict', '--module', 'nodenext', '--target', 'es2024', ...types, 'service.ts']
    const { status, stdout } = spawnSync(execPath, [tsc, ...flags], { cwd: place, encoding: 'utf8' })
    assert.equal(status, 0, stdout)
  })

  test('decides on a copy of the account', async () => {
    const door = await openFrontDoor()
    const { store, account } = door
    const definition = JSON.stringify({ actions: { GetPhoto: { accessLevel: 'Read' } } })
    const acme = { account, prefix: 'acme', definition, createdAt: 0, updatedAt: 0 }
    await store.write(account, ({ services }) => services.put(acme))
    const { access } = door.house
    const { fronts } = createAuthorizer({ store, access, now: Date.now })
    const house = createHouse({ store, access, operations, fronts })
    const server = await listen(house, { host: '127.0.0.1', port: 0 })
    const { accessKeyId, secretAccessKey } = door.administrator
    const root = `arn:aws:iam::${account}:root`
    const words = ['service.ts', server.url, accessKeyId, secretAccessKey, root]
    try {
      const { stdout } = await promisify(execFile)(execPath, words, { cwd: place, timeout: 10_000 })
      assert.deepEqual(JSON.parse(stdout), ['allowed', 'refused'])
    } finally {
      await server.stop()
      await door.close()
    }
  })
})
