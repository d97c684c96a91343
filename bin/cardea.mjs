#!/usr/bin/env node
/** The command `cardea`: makes sure that it can run, then runs it. */
import { spawnSync } from 'node:child_process'
import module from 'node:module'
import { join } from 'node:path'
import process from 'node:process'
import { pathToFileURL } from 'node:url'
import { become, environment, install, modern, projectNode, root } from './bootstrap.mjs'

const program = join(root, 'src', 'main.ts')

install()
if (process.argv[2] === 'agent') compileFirst()
if (modern) {
  module.enableCompileCache(environment().NODE_COMPILE_CACHE)
  process.argv[1] = program
  await import(program)
} else become([program, ...process.argv.slice(2)])

/** Compiling takes memory that is never given back, and an agent stays for months: another process does it, and remembers. */
function compileFirst() {
  const room = pathToFileURL(join(root, 'src', 'agent', 'index.ts')).href
  const words = ['--import', room, program, 'agent', '--help']
  spawnSync(projectNode(), words, { stdio: 'ignore', env: environment() })
}
