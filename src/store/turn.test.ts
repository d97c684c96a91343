import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Control, Turns } from './turn.ts'

/** A connection that writes down what it is told, and fails at one command when asked to. */
function scripted(): Control & { readonly told: string[]; failAt: string | undefined } {
  let open = false
  const connection: ReturnType<typeof scripted> = {
    told: [],
    failAt: undefined,
    control(command) {
      connection.told.push(command)
      if (connection.failAt === command) throw new Error(`${command} failed`)
      if (command === 'BEGIN') open = true
      if (command === 'COMMIT' || command === 'ROLLBACK') open = false
    },
    inTransaction: () => open,
  }
  return connection
}

test('writes that are asked for together share one transaction, each in a savepoint', async () => {
  const connection = scripted()
  const turns = new Turns(connection)
  const heard = await Promise.allSettled([
    turns.write(async () => 1),
    turns.write(async () => {
      throw new Error('no')
    }),
    turns.write(async () => 3),
  ])
  assert.deepEqual(
    heard.map(({ status }) => status),
    ['fulfilled', 'rejected', 'fulfilled'],
  )
  const [begin, release, undo] = ['SAVEPOINT unit', 'RELEASE unit', 'ROLLBACK TO unit']
  assert.deepEqual(connection.told, ['BEGIN', begin, release, begin, undo, release, begin, release, 'COMMIT'])
})

test('when the commit fails nobody is told of success, and the next writes go on', async () => {
  const connection = scripted()
  const turns = new Turns(connection)
  const committed: number[] = []
  connection.failAt = 'COMMIT'
  const heard = await Promise.allSettled(
    [1, 2].map((value) =>
      turns.write(
        async () => value,
        (done) => committed.push(done),
      ),
    ),
  )
  assert.deepEqual(
    heard.map(({ status }) => status),
    ['rejected', 'rejected'],
  )
  assert.equal(connection.told.at(-1), 'ROLLBACK')
  connection.failAt = undefined
  assert.equal(
    await turns.write(
      async () => 3,
      (done) => committed.push(done),
    ),
    3,
  )
  assert.deepEqual(committed, [3])
})

test('nobody hears of a write before the commit, and commits are noted before anybody hears', async () => {
  const connection = scripted()
  const turns = new Turns(connection)
  const order: string[] = []
  const write = (name: string) =>
    turns
      .write(
        async () => order.push(`work ${name}`),
        () => order.push(`${connection.told.at(-1)} ${name}`),
      )
      .then(() => order.push(`told ${name}`))
  await Promise.all([write('a'), write('b')])
  assert.deepEqual(order, ['work a', 'work b', 'COMMIT a', 'COMMIT b', 'told a', 'told b'])
})

test('a read waits for an open transaction, and a transaction waits for the reads', async () => {
  const connection = scripted()
  const turns = new Turns(connection)
  const events: string[] = []
  let finish: () => void = () => undefined
  const slow = turns.read(() => new Promise<void>((resolve) => (finish = resolve)))
  const write = turns.write(async () => {
    events.push('write')
    await new Promise((resolve) => setImmediate(resolve))
  })
  await new Promise((resolve) => setImmediate(() => setImmediate(resolve)))
  assert.deepEqual(connection.told, [])
  const late = turns.read(async () => events.push(`read, open: ${connection.inTransaction()}`))
  finish()
  await Promise.all([slow, write, late])
  assert.deepEqual(events, ['write', 'read, open: false'])
})

test('many more writes than one transaction takes are all performed, with reads between', async () => {
  const connection = scripted()
  const turns = new Turns(connection)
  let reads = 0
  const writes = Array.from({ length: Turns.most * 3 + 1 }, (_, index) =>
    turns.write(async () => {
      if (index === 0) void turns.read(async () => 0).catch(() => (reads += 1))
      return index
    }),
  )
  assert.deepEqual(
    await Promise.all(writes),
    writes.map((_, index) => index),
  )
  assert.equal(connection.told.filter((command) => command === 'COMMIT').length, 4)
  assert.equal(reads, 1, 'a read inside a write is refused')
})
