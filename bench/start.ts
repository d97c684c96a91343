/**
 * From the command to the first answer, on a store that exists, and the memory that an idle server holds.
 * Must reach: under 1 s; under 150 MB. Beside it: the same Node running an empty program.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { argv } from 'node:process'
import { setTimeout as pause } from 'node:timers/promises'
import { start } from './cardea.ts'
import { median } from './load.ts'

const rounds = argv.includes('--quick') ? 2 : 7
const folder = mkdtempSync(join(tmpdir(), 'cardea-start-'))
const words = ['src/main.ts', 'serve', '--data', join(folder, 'data'), '--port', '0', '--json']
const env = { NODE_COMPILE_CACHE: join(folder, 'cache') }
const empty = join(folder, 'empty.mjs')
writeFileSync(empty, 'console.log("{}")\n')

const first = await start(words, env)
await first.stop()
const warm: number[] = []
const ephemeral: number[] = []
const bare: number[] = []
const memory: number[] = []
for (let round = 0; round < rounds; round++) {
  const running = await start(words, env)
  warm.push(running.milliseconds)
  await pause(1000)
  memory.push(residentBytes(running.process.pid))
  await running.stop()
  const light = await start(['src/main.ts', 'serve', '--ephemeral', '--port', '0', '--json'], env)
  ephemeral.push(light.milliseconds)
  await light.stop()
  bare.push((await start([empty])).milliseconds)
}
rmSync(folder, { recursive: true })

console.log(`start to ready, median of ${rounds}`)
console.log(`  first start      ${first.milliseconds.toFixed(0)} ms`)
console.log(`  warm             ${median(warm).toFixed(0)} ms (must stay under 1000)`)
console.log(`  ephemeral        ${median(ephemeral).toFixed(0)} ms (must stay under 700)`)
console.log(`  an empty program ${median(bare).toFixed(0)} ms; ratio ${(median(warm) / median(bare)).toFixed(1)}`)
console.log(`  resident, idle   ${(median(memory) / 1e6).toFixed(0)} MB (must stay under 150)`)

/** `NaN` where the system has no /proc. */
function residentBytes(pid: number | undefined): number {
  try {
    const pages = Number(readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ')[1])
    return pages * 4096
  } catch {
    return Number.NaN
  }
}
