/** Opens the store in a folder and writes as fast as it can, each name to standard output when it is acknowledged. */
import { writeSync } from 'node:fs'
import { openStore } from '#store'
import { account, record, user } from './sample.ts'

const [path = '', prefix = '', mode = 'write'] = process.argv.slice(2)
const store = await openStore({ kind: 'folder', path })
writeSync(1, 'open\n')
if (mode === 'hold') setInterval(() => undefined, 1000)
else await Promise.all(Array.from({ length: 8 }, (_, lane) => writeOn(lane)))

async function writeOn(lane: number): Promise<void> {
  for (let index = 0; ; index += 1) {
    const name = `${prefix}-${lane}-${index}`
    await store.write(account, async ({ users, memberships, attachments, accessKeys, audit }) => {
      const id = `AIDA${name}`
      await users.add(user(id, name))
      await memberships.add(account, id, 'AGPA1')
      await attachments.add({ account, ownerKind: 'user', ownerId: id, policyArn: 'arn:p', attachedAt: 1 })
      await accessKeys.add({ id: `AKIA${name}`, account, userId: id, secret: name, active: true, createdAt: 1 })
      await audit.append(record(name, index))
    })
    writeSync(1, `${name}\n`)
  }
}
