import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { type AuditPlace, type AuditQuery, type AuditRecord, openStore } from '#store'
import { account, addAccount, record } from '../store/sample.ts'

const other = '444455556666'
const store = await openStore({ kind: 'memory' })
after(() => store.close())
await addAccount(store)

/** Two hundred records: five in each millisecond, every tenth refused, every seventh of another account, some late. */
const all: AuditRecord[] = Array.from({ length: 200 }, (_, index) => ({
  ...record(`r${index}`, Math.floor(index / 5) * 1000 - (index % 50 === 3 ? 5000 : 0)),
  account: index % 7 === 0 ? other : account,
  eventName: index % 2 === 0 ? 'GetUser' : 'ListUsers',
  ...(index % 10 === 0 ? { errorCode: 'AccessDenied' } : {}),
}))
for (const one of all) store.record(one)
await store.flush()

/** Follows pages to the end. Gives: ids, and how many pages there were. */
async function pages(query: AuditQuery): Promise<{ readonly ids: readonly string[]; readonly count: number }> {
  const ids: string[] = []
  let count = 0
  for (let after: AuditPlace | undefined; ; ) {
    const asked = after === undefined ? query : { ...query, after }
    const { records, next } = await store.read(({ audit }) => audit.find(asked))
    assert.ok(records.length <= query.limit)
    ids.push(...records.map(({ id }) => id))
    count += 1
    if (next === undefined) return { ids, count }
    after = next
    assert.ok(count < 1000, 'pages never end')
  }
}

function expected(of: string | undefined, wanted: (one: AuditRecord) => boolean = () => true): string[] {
  const indexed = all.map((one, index) => ({ one, index }))
  return indexed
    .filter(({ one }) => (of === undefined || one.account === of) && wanted(one))
    .sort((left, right) => (of === undefined ? 0 : right.one.at - left.one.at) || right.index - left.index)
    .map(({ one }) => one.id)
}

test('pages of an account give every record once, by time and then by the order of recording', async () => {
  for (const limit of [1, 7, 50, 1000]) {
    const { ids } = await pages({ account, limit })
    assert.deepEqual(ids, expected(account))
    const { ids: oldest } = await pages({ account, limit, order: 'oldest' })
    assert.deepEqual(oldest, expected(account).reverse())
  }
})

test('pages of all accounts give every record once, by the order of recording', async () => {
  const { ids } = await pages({ limit: 30 })
  assert.deepEqual(ids, expected(undefined))
  assert.deepEqual((await pages({ limit: 30, order: 'oldest' })).ids, expected(undefined).reverse())
})

test('to look at few records at a time finds the same, in more pages', async () => {
  const refused = (one: AuditRecord) => one.errorCode !== undefined
  for (const owner of [account, undefined]) {
    const place = owner === undefined ? {} : { account: owner }
    for (const scan of [1, 3, 17, 500]) {
      const { ids, count } = await pages({ ...place, limit: 4, scan, refused: true })
      assert.deepEqual(ids, expected(owner, refused), `${owner} ${scan}`)
      if (scan < 10) assert.ok(count > 20)
    }
  }
})

test('times bound what is found, both ends included', async () => {
  const within = ({ at }: AuditRecord) => at >= 10_000 && at <= 20_000
  for (const owner of [account, undefined]) {
    const place = owner === undefined ? {} : { account: owner }
    const { ids } = await pages({ ...place, from: 10_000, to: 20_000, limit: 9, scan: 20 })
    assert.deepEqual(ids, expected(owner, within))
  }
  assert.deepEqual((await pages({ from: 1e12, limit: 5 })).ids, [])
  assert.deepEqual((await pages({ account, to: -1e6, limit: 5 })).ids, [])
})

test('columns are compared exactly, and nothing in a value is a pattern', async () => {
  const { ids } = await pages({ account, equal: { eventName: 'GetUser' }, limit: 13 })
  assert.deepEqual(
    ids,
    expected(account, ({ eventName }) => eventName === 'GetUser'),
  )
  for (const eventName of ['Get%', 'getuser', "' OR 1=1 --", ''])
    assert.deepEqual((await pages({ account, equal: { eventName }, limit: 5 })).ids, [])
})
