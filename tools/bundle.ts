import { spawnSync } from 'node:child_process'
import { execPath } from 'node:process'
import { fileURLToPath } from 'node:url'
import { build, type Plugin } from 'esbuild'

const root = fileURLToPath(new URL('..', import.meta.url))

/**
 * Writes a file and all that it needs as one file of JavaScript.
 * Errors: throws when it needs a package: what is published brings none along.
 */
export function bundledLibrary(entry: string, outFile: string): void {
  const words = [fileURLToPath(import.meta.url), entry, outFile]
  const { status, stderr } = spawnSync(execPath, words, { encoding: 'utf8', cwd: root })
  if (status !== 0) throw new Error(`${entry} cannot be packed alone:\n${stderr}`)
}

async function bundleFile(entryPoint: string, outfile: string): Promise<void> {
  const { metafile } = await build({
    entryPoints: [entryPoint],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node22',
    packages: 'external',
    metafile: true,
    logLevel: 'error',
    plugins: [rooms],
  })
  const imports = Object.values(metafile.outputs).flatMap((output) => output.imports)
  const foreign = imports.find(({ path, external }) => external === true && !path.startsWith('node:'))
  if (foreign !== undefined) throw new Error(`it needs the package ${foreign.path}`)
}

/** Doors lead to rooms, and no file of ours does anything by being loaded: what is not used is left out. */
const rooms: Plugin = {
  name: 'rooms',
  setup({ onResolve, resolve }) {
    onResolve({ filter: /^[.#]/ }, async ({ path, pluginData, ...place }) => {
      if (pluginData === 'asked') return undefined
      const found = await resolve(path, { ...place, pluginData: 'asked' })
      return { path: found.path, external: found.external, errors: found.errors, sideEffects: false }
    })
  },
}

if (import.meta.main) await bundleFile(process.argv[2] ?? '', process.argv[3] ?? '')
