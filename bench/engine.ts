/**
 * Decisions of the policy engine beside those of Cedar, casbin and iam-simulate: the same workloads, each in the
 * engine's own language, in one process; all must answer alike before anything is timed. `--quick`: a short run.
 * Must reach: see `goals` below.
 */
import { argv, exit, stdout } from 'node:process'
import { chance } from '../tools/chance.ts'
import { duration, table } from '../tools/table.ts'
import { prepareCasbin } from './engine/casbin.ts'
import { prepareCedar } from './engine/cedar.ts'
import { compiling, garbage } from './engine/cost.ts'
import { prepareEngine } from './engine/engine.ts'
import { type Timing, timed } from './engine/measure.ts'
import type { Peer, Prepared } from './engine/peer.ts'
import { simulatePeer } from './engine/simulate.ts'
import { allDeny, distinct, realistic, type Workload, wildcards } from './engine/workload.ts'

const quick = argv.includes('--quick')
const ours = 'cardea'

interface Row {
  readonly workload: Workload
  readonly timings: ReadonlyMap<string, Timing>
}

const simulate = await simulatePeer(!quick)
const peers: readonly Peer[] = [
  { name: ours, prepare: prepareEngine },
  { name: 'cedar-wasm', prepare: prepareCedar },
  { name: 'casbin', prepare: prepareCasbin },
  ...('skipped' in simulate ? [] : [simulate]),
]
const workloads = [
  ...[1, 10, 100, 1_000, 10_000].map(distinct),
  realistic(32),
  allDeny(),
  wildcards(),
  realistic(1_000, '1,000 requests'),
]
const rows: Row[] = []
for (const workload of workloads) rows.push(await measured(workload))
show()

async function measured(workload: Workload): Promise<Row> {
  const prepared = new Map<string, Prepared>()
  for (const { name, prepare } of peers) if (!isTooSlow(name, workload)) prepared.set(name, await prepare(workload))
  const checked = await answersAlike(workload, prepared)
  stdout.write(`${workload.name}: ${prepared.size} engines answer ${checked} requests alike\n`)
  const order = shuffled(workload.asks.length)
  const timings = new Map<string, Timing>()
  for (const [name, one] of prepared) {
    const milliseconds = (quick ? 80 : 1_000) * (name === ours ? 2 : 1)
    timings.set(name, await timed(one, order, { most: 1_000_000, milliseconds }))
  }
  return { workload, timings }
}

/** A short run leaves out what takes a second for an answer. */
function isTooSlow(name: string, { statements }: Workload): boolean {
  return quick && statements > 1_000 && name !== ours && name !== 'cedar-wasm'
}

/** Gives: how many requests all engines were asked; with slow engines not all, but 8 at least. */
async function answersAlike({ name, asks }: Workload, prepared: ReadonlyMap<string, Prepared>): Promise<number> {
  const end = performance.now() + (quick ? 300 : 3_000)
  let allowed = 0
  for (let index = 0; index < asks.length; index++) {
    if (index >= 8 && performance.now() > end) return index
    const answers = new Map<string, boolean>()
    for (const [engine, { ask }] of prepared) answers.set(engine, await ask(index))
    if (new Set(answers.values()).size > 1)
      throw new Error(`${name}: ${JSON.stringify(asks[index])} is answered ${JSON.stringify([...answers])}`)
    if (answers.get(ours) === true) allowed++
  }
  if (name !== 'all-deny' && (allowed === 0 || allowed === asks.length)) throw new Error(`${name} asks nothing`)
  return asks.length
}

function shuffled(count: number): readonly number[] {
  const next = chance(count)
  const order = Array.from({ length: count }, (_, index) => index)
  for (let index = count - 1; index > 0; index--) {
    const other = next(index + 1)
    const kept = order[index] ?? 0
    order[index] = order[other] ?? 0
    order[other] = kept
  }
  return order
}

function show(): void {
  const head = ['median, p99', ...peers.map(({ name }) => name), ...peers.slice(1).map(({ name }) => `÷ ${name}`)]
  const lines = rows.map(({ workload, timings }) => {
    const own = timings.get(ours)?.median ?? Number.NaN
    const cells = peers.map(({ name }) => {
      const timing = timings.get(name)
      return timing === undefined ? '–' : `${duration(timing.median)}, ${duration(timing.p99)}`
    })
    const ratios = peers.slice(1).map(({ name }) => {
      const timing = timings.get(name)
      return timing === undefined ? '–' : times(timing.median / own)
    })
    return [workload.name, ...cells, ...ratios]
  })
  stdout.write(`\none decision, all prepared beforehand, each timed by itself\n${table([head, ...lines])}\n`)
  if ('skipped' in simulate) stdout.write(`\niam-simulate: skipped, as ${simulate.skipped}\n`)
  const costs = compiling([distinct(1_000), realistic(32)], quick)
  stdout.write(`\nfrom text to compiled policies, ${costs.text} of text\n${table(costs.lines)}\n`)
  const missed = goals(costs)
  if (missed > 0 && !quick) exit(1)
}

/** Gives: how many are not reached. A short run is too short to be judged. */
function goals(costs: ReturnType<typeof compiling>): number {
  const real = timing('realistic account', ours)
  const growth = timing('10,000 distinct', ours).median / timing('100 distinct', ours).median
  const list: readonly (readonly [string, string, number, 'most' | 'least', (value: number) => string])[] = [
    ['a decision, realistic account, median', '≤ 2 µs', real.median / 2_000, 'most', () => duration(real.median)],
    ['a decision, realistic account, p99', '≤ 10 µs', real.p99 / 10_000, 'most', () => duration(real.p99)],
    ['growth from 100 to 10,000 statements', '≤ 1.5 ×', growth / 1.5, 'most', () => times(growth)],
    against('cedar-wasm', 100),
    against('iam-simulate', 1_000),
    ['compile, MB of text a second', '≥ 50', costs.speed / 50, 'least', () => costs.speed.toFixed(1)],
    ['compiled, in memory ÷ text', '≤ 6 ×', costs.compiled / 6, 'most', () => times(costs.compiled)],
    bytes(),
  ]
  const lines = list.map(([what, wanted, share, which, shown]) => {
    const reached = Number.isNaN(share)
      ? 'not measured'
      : (which === 'most' ? share <= 1 : share >= 1)
        ? 'reached'
        : 'NOT REACHED'
    return [what, wanted, Number.isNaN(share) ? '–' : shown(share), reached]
  })
  stdout.write(`\n${table([['measure', 'must reach', 'is', ''], ...lines])}\n`)
  return lines.filter(([, , , reached]) => reached === 'NOT REACHED').length
}

function against(peer: string, wanted: number) {
  const ratio = timing('100 distinct', peer).median / timing('100 distinct', ours).median
  return [`against ${peer}, 100 statements`, `≥ ${wanted} ×`, ratio / wanted, 'least', () => times(ratio)] as const
}

function bytes() {
  const spent = garbage(realistic(1_000), quick)
  return [
    'garbage of a decision, realistic account',
    '< 200 bytes',
    spent / 199.99,
    'most',
    () => `${spent.toFixed(1)} bytes`,
  ] as const
}

function timing(workload: string, peer: string): Timing {
  const row = rows.find((one) => one.workload.name === workload)
  return row?.timings.get(peer) ?? { median: Number.NaN, p99: Number.NaN, decisions: 0 }
}

function times(ratio: number): string {
  return `${ratio >= 100 ? Math.round(ratio).toLocaleString('en') : ratio.toPrecision(3)} ×`
}
