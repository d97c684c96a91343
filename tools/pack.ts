/**
 * Writes what is published: plain JavaScript with types, in a folder that npm can pack and install.
 * `node tools/pack.ts [--out FOLDER] [ROOM…]`: with rooms named, only those, and only what they need.
 */
import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { argv, execPath, exit, stderr, stdout } from 'node:process'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { bundledLibrary } from './bundle.ts'

const root = fileURLToPath(new URL('..', import.meta.url))

/**
 * Rooms that other people's programs may import, each as `cardea/ROOM`, and how they are packed: a room that imports no other
 * is compiled file by file; of the authorizer the library alone is public, with what it needs of other rooms in one file.
 */
const publicRooms: Readonly<Record<string, (room: string, outDir: string) => void>> = {
  engine: compile,
  authorizer: bundle,
}

/** What the one file of the authorizer's library exports. */
const libraryTypes = `import type { AuthorizerOptions, LocalAuthorizer } from './type.js'
export type * from './type.js'
/**
 * Replicates an account, and decides by itself for as long as it is fresh.
 * Errors: throws when Cardea does not give a first snapshot.
 */
export declare function createAuthorizer(options: AuthorizerOptions): Promise<LocalAuthorizer>
`

interface Manifest {
  readonly name: string
  readonly version: string
  readonly description: string
  readonly license: string
}

if (import.meta.main) main()

function main(): void {
  const { values, positionals } = parseArgs({
    args: argv.slice(2),
    options: { out: { type: 'string', default: join(root, 'dist', 'package') } },
    allowPositionals: true,
  })
  const rooms = Object.keys(publicRooms)
  const unknown = positionals.find((room) => !rooms.includes(room))
  if (unknown !== undefined) {
    stderr.write(`${unknown} is not a public room; there are ${rooms.join(', ')}\n`)
    exit(2)
  }
  const out = resolve(values.out)
  pack(out, positionals.length === 0 ? rooms : positionals)
  stdout.write(`${out}\n`)
}

/**
 * Packs rooms into an empty folder.
 * Errors: throws when the rooms do not compile.
 */
export function pack(out: string, rooms: readonly string[]): void {
  rmSync(out, { recursive: true, force: true })
  mkdirSync(out, { recursive: true })
  for (const room of rooms) publicRooms[room]?.(room, join(out, room))
  const manifest: Manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  writeFileSync(join(out, 'package.json'), `${JSON.stringify(published(manifest, rooms), undefined, 2)}\n`)
  for (const file of ['LICENSE', 'README.md']) cpSync(join(root, file), join(out, file))
}

function published({ name, version, description, license }: Manifest, rooms: readonly string[]): object {
  const entries = rooms.map((room) => [`./${room}`, { types: `./${room}/index.d.ts`, default: `./${room}/index.js` }])
  return {
    name,
    version,
    description,
    license,
    type: 'module',
    sideEffects: false,
    exports: Object.fromEntries(entries),
  }
}

function compile(room: string, outDir: string): void {
  const settings = {
    extends: join(root, 'tsconfig.json'),
    compilerOptions: {
      noEmit: false,
      declaration: true,
      rewriteRelativeImportExtensions: true,
      allowImportingTsExtensions: false,
      rootDir: join(root, 'src', room),
      outDir,
      // A public room runs anywhere, so it must compile without Node's types.
      types: [],
    },
    include: [join(root, 'src', room, '**/*.ts')],
    exclude: [join(root, 'src', room, '**/*.test.ts')],
  }
  const config = join(dirname(outDir), `tsconfig.${room}.json`)
  writeFileSync(config, JSON.stringify(settings))
  const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc')
  const { status, stdout: text } = spawnSync(execPath, [tsc, '--project', config], { encoding: 'utf8' })
  rmSync(config)
  if (status !== 0) throw new Error(`the room ${room} does not compile alone:\n${text}`)
}

function bundle(room: string, outDir: string): void {
  mkdirSync(outDir, { recursive: true })
  const library = join(root, 'src', room, 'library')
  bundledLibrary(join(library, 'index.ts'), join(outDir, 'index.js'))
  const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc')
  const flags = ['--declaration', '--emitDeclarationOnly', '--target', 'es2024', '--module', 'nodenext', '--types', '']
  const words = [tsc, ...flags, '--ignoreConfig', '--outDir', outDir, join(library, 'type.ts')]
  const { status, stdout: text } = spawnSync(execPath, words, { encoding: 'utf8', cwd: outDir })
  if (status !== 0) throw new Error(`the types of the room ${room} do not compile alone:\n${text}`)
  writeFileSync(join(outDir, 'index.d.ts'), libraryTypes)
}
