#!/usr/bin/env node
/** The command `cardea`: makes sure that it can run, then runs it. */
import module from 'node:module'
import { join } from 'node:path'
import process from 'node:process'
import { become, environment, install, modern, root } from './bootstrap.mjs'

const program = join(root, 'src', 'main.ts')

install()
if (modern) {
  module.enableCompileCache(environment().NODE_COMPILE_CACHE)
  process.argv[1] = program
  await import(program)
} else become([program, ...process.argv.slice(2)])
