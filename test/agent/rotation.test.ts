import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { refreshAfter, retryAfter } from '#agent'
import type { Granted } from '../../src/agent/granted.ts'
// The keeper is tried by itself, because six hours have to pass.
import { type Clock, Keeper } from '../../src/agent/keeper.ts'
import { Problem } from '../../src/agent/problem.ts'
import { seeded } from './chance.ts'

const second = 1000
const minute = 60 * second
const hour = 60 * minute

/** A clock that stands still until the test moves it, and then does what is due on the way. */
class StandingClock implements Clock {
  #now = Date.UTC(2026, 0, 15, 12)
  #plans: { readonly at: number; readonly work: () => void }[] = []

  now(): number {
    return this.#now
  }

  after(milliseconds: number, work: () => void): () => void {
    const plan = { at: this.#now + milliseconds, work }
    this.#plans.push(plan)
    return () => {
      this.#plans = this.#plans.filter((one) => one !== plan)
    }
  }

  async pass(milliseconds: number): Promise<void> {
    const until = this.#now + milliseconds
    for (;;) {
      const next = this.#plans.filter(({ at }) => at <= until).sort((one, other) => one.at - other.at)[0]
      if (next === undefined) break
      this.#plans = this.#plans.filter((one) => one !== next)
      this.#now = next.at
      next.work()
      // What was begun goes on to its end.
      for (let turn = 0; turn < 20; turn++) await Promise.resolve()
    }
    this.#now = until
  }
}

interface Kept {
  readonly clock: StandingClock
  readonly keeper: Keeper
  /** When the server was asked. */
  readonly asked: number[]
  /** What the server answers with; absent: new credentials. */
  problem: Problem | undefined
}

function keeping(lifetime: number, chance: () => number = seeded(7)): Kept {
  const clock = new StandingClock()
  const asked: number[] = []
  const kept: { problem: Problem | undefined } = { problem: undefined }
  const keeper = new Keeper({
    clock,
    chance,
    log: () => undefined,
    async fetch() {
      asked.push(clock.now())
      if (kept.problem !== undefined) throw kept.problem
      return given(clock.now(), lifetime, asked.length)
    },
  })
  return Object.assign(kept, { clock, keeper, asked })
}

function given(now: number, lifetime: number, number: number): Granted {
  return {
    credentials: { accessKeyId: `ASIA${number}`, secretAccessKey: 's', sessionToken: 't', expiresAt: now + lifetime },
    givenAt: now,
    goodUntil: now + lifetime,
    role: { name: 'app', arn: 'arn:aws:iam::111122223333:role/app' },
  }
}

const away = new Problem('Unavailable', 'The server does not answer.')

test('credentials are replaced long before they end, for days', async () => {
  const { clock, keeper, asked } = keeping(6 * hour)
  await keeper.known()
  for (let passed = 0; passed < 72 * hour; passed += 7 * minute) {
    await clock.pass(7 * minute)
    const { granted } = await keeper.known()
    assert.ok(granted !== undefined && granted.goodUntil - clock.now() >= 15 * minute)
  }
  assert.ok(asked.length >= 12 && asked.length <= 26, `${asked.length}`)
})

for (const [name, lifetime] of [
  ['fifteen minutes', 15 * minute],
  ['an hour', hour],
  ['six hours', 6 * hour],
] as const)
  test(`an outage of ten minutes at any time is not noticed with sessions of ${name}`, async () => {
    for (let start = 0; start < 2 * lifetime; start += lifetime / 37) {
      const kept = keeping(lifetime, seeded(start))
      await kept.keeper.known()
      await kept.clock.pass(start)
      kept.problem = away
      for (let passed = 0; passed < 10 * minute; passed += 20 * second) {
        await kept.clock.pass(20 * second)
        const { granted } = await kept.keeper.known()
        assert.ok(granted !== undefined && granted.goodUntil > kept.clock.now(), `outage after ${start}`)
      }
      kept.problem = undefined
      await kept.clock.pass(minute + second)
      assert.equal((await kept.keeper.known()).problem, undefined)
      kept.keeper.stop()
    }
  })

test('what has ended is never given, however long the server is away', async () => {
  const kept = keeping(15 * minute)
  await kept.keeper.known()
  kept.problem = away
  let last = 0
  for (let passed = 0; passed < 30 * minute; passed += second) {
    await kept.clock.pass(second)
    const { granted } = await kept.keeper.known()
    if (granted === undefined) continue
    assert.ok(granted.goodUntil > kept.clock.now())
    last = kept.clock.now() - (kept.asked[0] ?? 0)
  }
  assert.equal(last, 15 * minute - second)
  kept.problem = undefined
  await kept.clock.pass(minute)
  assert.notEqual((await kept.keeper.known()).granted, undefined)
})

test('a server that is away is asked ever more seldom, and not by every workload', async () => {
  const kept = keeping(hour)
  kept.problem = away
  for (let passed = 0; passed < 30 * minute; passed += second) {
    await kept.keeper.known()
    await kept.clock.pass(second)
  }
  const gaps = kept.asked.slice(1).map((at, index) => at - (kept.asked[index] ?? 0))
  assert.ok(kept.asked.length < 80, `${kept.asked.length}`)
  assert.ok(
    gaps.slice(8).every((gap) => gap >= 30 * second && gap <= 61 * second),
    gaps.join(),
  )
})

test('many workloads that ask at once ask the server once', async () => {
  const { keeper, asked } = keeping(hour)
  const all = await Promise.all(Array.from({ length: 100 }, () => keeper.known()))
  assert.equal(asked.length, 1)
  assert.equal(new Set(all.map(({ granted }) => granted?.credentials.accessKeyId)).size, 1)
})

test('what the server takes away is given no more, and comes back when the server gives it again', async () => {
  for (const code of ['InvalidInstanceID.NotFound', 'InstanceProfileNotFound', 'AssumeRoleUnauthorizedAccess']) {
    const kept = keeping(hour)
    await kept.keeper.known()
    kept.problem = new Problem(code, 'gone')
    await kept.clock.pass(50 * minute)
    const { granted, problem, last } = await kept.keeper.known()
    assert.deepEqual([granted, problem?.code, last?.role.name], [undefined, code, 'app'])
    kept.problem = undefined
    await kept.clock.pass(2 * minute)
    assert.notEqual((await kept.keeper.known()).granted, undefined)
  }
})

test('a machine that slept asks as soon as it is awake', async () => {
  const { clock, keeper, asked } = keeping(hour)
  await keeper.known()
  // Timers do not run while it sleeps.
  clock.after = () => () => undefined
  await clock.pass(3 * hour)
  assert.notEqual((await keeper.known()).granted, undefined)
  assert.ok(asked.length >= 2)
})

test('a folder that cannot be written is told, and is no reason to ask again', async () => {
  const clock = new StandingClock()
  const [asked, told]: [number[], string[]] = [[], []]
  const state: { problem?: Problem } = {}
  const keeper = new Keeper({
    clock,
    chance: seeded(5),
    log: (_level, _fields, message) => void told.push(message),
    async fetch() {
      asked.push(clock.now())
      if (state.problem !== undefined) throw state.problem
      return given(clock.now(), hour, asked.length)
    },
    keep() {
      throw new Error('ENOSPC')
    },
  })
  assert.notEqual((await keeper.known()).granted, undefined)
  await clock.pass(10 * minute)
  assert.equal(asked.length, 1)
  assert.ok(told.includes('credentials are not remembered'))
  state.problem = new Problem('InvalidInstanceID.NotFound', 'gone')
  await clock.pass(40 * minute)
  assert.equal((await keeper.known()).granted, undefined)
})

test('credentials from before a start are given, and replaced when their time comes', async () => {
  const clock = new StandingClock()
  const before = given(clock.now() - 20 * minute, hour, 0)
  const asked: number[] = []
  const fetch = async () => given(clock.now(), hour, asked.push(clock.now()))
  const keeper = new Keeper({ clock, chance: seeded(3), log: () => undefined, before, fetch })
  assert.equal((await keeper.known()).granted, before)
  await clock.pass(30 * minute)
  assert.equal(asked.length, 1)
})

describe('a storm of a thousand agents that were started together', () => {
  for (const [name, lifetime] of [
    ['fifteen minutes', 15 * minute],
    ['an hour', hour],
    ['six hours', 6 * hour],
  ] as const)
    test(`is spread over more than a minute with sessions of ${name}`, () => {
      const chance = seeded(42)
      const times = Array.from({ length: 1000 }, () => refreshAfter({ lifetime, chance: chance() })).sort(
        (a, b) => a - b,
      )
      const span = (times.at(-1) ?? 0) - (times[0] ?? 0)
      assert.ok(span >= minute, `${span} ms`)
      const seconds = Map.groupBy(times, (time) => Math.floor(time / second))
      // Spread evenly over a minute there were 17 a second.
      const most = Math.max(...[...seconds.values()].map((list) => list.length))
      assert.ok(most <= 20, `${most} in one second`)
      // Half of the outage that is to be lived through is left to try again.
      assert.ok(lifetime - (times.at(-1) ?? 0) >= 10 * minute)
    })

  test('comes back spread out after an outage, too', () => {
    const chance = seeded(43)
    const waits = Array.from({ length: 1000 }, () => retryAfter({ failures: 10, chance: chance() }))
    assert.ok(Math.max(...waits) - Math.min(...waits) >= 25 * second)
    assert.ok(Math.max(...waits) <= minute)
  })
})
