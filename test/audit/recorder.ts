/** Opens the store in a folder, and changes and records as fast as it can; tells each change that is acknowledged and each event that is taken. */
import { writeSync } from 'node:fs'
import { openStore } from '#store'
import { account, group, record } from '../store/sample.ts'

const [path = '', prefix = ''] = process.argv.slice(2)
const store = await openStore({ kind: 'folder', path })
writeSync(1, 'open\n')
await Promise.all([change(), take()])

async function change(): Promise<void> {
  for (let index = 0; ; index += 1) {
    const id = `${prefix}-change-${index}`
    await store.write(account, async ({ groups, audit }) => {
      await groups.add(group(`AGPA${id}`, id))
      await audit.append(record(id, Date.now()))
    })
    writeSync(1, `changed ${id}\n`)
  }
}

async function take(): Promise<void> {
  for (let index = 0; ; index += 1) {
    const at = Date.now()
    const id = `${prefix}-event-${index}`
    const waits = store.recordData({ ...record(id, at), category: 'data', readOnly: true })
    writeSync(1, `took ${id} ${at}\n`)
    await waits
    if (index % 8 === 7) await new Promise<void>((resolve) => setImmediate(resolve))
  }
}
