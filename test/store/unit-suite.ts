import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Store, Tables } from '#store'
import { account, addAccount, other, record, role, user } from './sample.ts'
import type { Subject } from './suite.ts'

/** What holds for units of work in every store. */
export function unitSuite({ name, open }: Subject): void {
  const check = (title: string, body: (store: Store) => Promise<void>) =>
    test(title, async () => {
      const { store, close } = await open()
      try {
        await addAccount(store)
        await body(store)
      } finally {
        await close()
      }
    })
  describe(`units of work: ${name}`, () => {
    undoTests(check)
    sightTests(check)
    wallTests(check)
  })
}

type Check = (title: string, body: (store: Store) => Promise<void>) => void

function undoTests(check: Check): void {
  check('a write that throws leaves nothing: no row, no record, no revision', async (store) => {
    const before = store.revision(account)
    const failing = store.write(account, async ({ users, audit }) => {
      await users.add(user('AIDA1', 'ann'))
      await audit.append(record('r1', 1))
      throw new Error('changed my mind')
    })
    await assert.rejects(failing, /changed my mind/)
    assert.equal(store.revision(account), before)
    await store.read(async ({ users, audit }) => {
      assert.equal(await users.byName(account, 'ann'), undefined)
      assert.equal(await users.count(account), 0)
      assert.deepEqual(await audit.list(account, { limit: 9 }), [])
    })
  })

  check('writes that fail among others that were asked for together harm nobody', async (store) => {
    const outcomes = await Promise.allSettled(
      Array.from({ length: 200 }, (_, index) =>
        store.write(account, async ({ users, audit }) => {
          await users.add(user(`AIDA${index}`, `u${String(index).padStart(3, '0')}`))
          await audit.append(record(`r${index}`, index))
          if (index % 3 === 0) throw new Error('no')
          if (index % 3 === 1) await users.add(user(`AIDA${index}`, 'the same id again')).catch(() => undefined)
          return index
        }),
      ),
    )
    const kept = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []))
    assert.deepEqual(
      kept,
      Array.from({ length: 200 }, (_, index) => index).filter((index) => index % 3 !== 0),
    )
    await store.read(async ({ users, audit }) => {
      const { items } = await users.list(account, { limit: 999 })
      assert.deepEqual(
        items.map(({ id }) => id),
        kept.map((index) => `AIDA${index}`),
      )
      assert.equal(await users.count(account), kept.length)
      assert.equal((await audit.list(account, { limit: 999 })).length, kept.length)
    })
    assert.equal(store.revision(account), 1 + kept.length)
  })

  check('of many who want a name at once, one gets it', async (store) => {
    const won = await Promise.all(
      Array.from({ length: 50 }, (_, index) =>
        store.write(account, ({ users }) => users.add(user(`AIDA${index}`, index % 2 === 0 ? 'Ann' : 'aNN'))),
      ),
    )
    assert.equal(won.filter(Boolean).length, 1)
  })
}

function sightTests(check: Check): void {
  check('a read sees no write that is not whole, and all that were acknowledged before it', async (store) => {
    let stop = false
    const reader = async () => {
      while (!stop) {
        const [users, roles] = await store.read(async (tables) => {
          const counted = await tables.users.count(account)
          await new Promise((resolve) => setImmediate(resolve))
          return [counted, await tables.roles.count(account)]
        })
        assert.equal(users, roles)
      }
    }
    const readers = [reader(), reader(), reader()]
    await Promise.all(
      Array.from({ length: 60 }, async (_, index) => {
        await store.write(account, async ({ users, roles }) => {
          await users.add(user(`AIDA${index}`, `u${index}`))
          await new Promise((resolve) => setImmediate(resolve))
          await roles.add(role(`AROA${index}`, `r${index}`))
        })
        assert.ok(await store.read(({ roles }) => roles.byId(`AROA${index}`)))
      }),
    )
    stop = true
    await Promise.all(readers)
  })

  check('the revision rises with each write of its account and of no other', async (store) => {
    await addAccount(store, other)
    const revision = store.revision(account)
    const write = (index: number) => store.write(account, ({ users }) => users.add(user(`AIDA${index}`, `u${index}`)))
    await write(1)
    assert.equal(store.revision(account), Number(revision) + 1)
    await Promise.all([write(2), write(3)])
    assert.equal(store.revision(account), Number(revision) + 3)
    assert.deepEqual([store.revision(other), store.revision('000000000000')], [1, 0])
  })
}

function wallTests(check: Check): void {
  check('tables outside of their unit of work refuse', async (store) => {
    const kept = await store.write(account, async (tables) => tables)
    await assert.rejects(kept.users.byId('AIDA1'), /outside of the unit of work/)
    const read = await store.read(async (tables) => tables)
    await assert.rejects(read.users.add(user('AIDA1', 'ann')), /outside of the unit of work/)
    let late: Promise<unknown> = Promise.resolve()
    await store.write(account, async (tables: Tables) => {
      late = new Promise((resolve) => setTimeout(resolve, 5)).then(() => tables.users.add(user('AIDA1', 'ann')))
      late.catch(() => undefined)
    })
    await assert.rejects(late, /outside of the unit of work/)
    assert.equal(await store.read(({ users }) => users.count(account)), 0)
  })

  check('a read does not write, and a unit of work begins no other', async (store) => {
    await assert.rejects(
      store.read(({ users }) => users.add(user('AIDA1', 'ann'))),
      /a read of the store tries to write/,
    )
    await assert.rejects(
      store.write(account, () => store.read(({ users }) => users.count(account))),
      /inside a unit of work/,
    )
    assert.equal(await store.write(account, ({ users }) => users.count(account)), 0, 'the store goes on')
  })

  check('closing waits for what has begun and writes what waits, and then nothing begins', async (store) => {
    const begun = store.write(account, ({ users }) => users.add(user('AIDA1', 'ann')))
    store.record(record('r1', 1))
    await Promise.all([store.close(), store.close()])
    assert.equal(await begun, true)
    await assert.rejects(
      store.read(async () => 1),
      /closed/,
    )
    await assert.rejects(
      store.write(account, async () => 1),
      /closed/,
    )
    assert.throws(() => store.record(record('r2', 2)), /closed/)
  })
}
