import { compile, decide, type PolicyType } from '#engine'
import { duration } from '../../tools/table.ts'
import { documentOf } from './document.ts'
import { layersOf, read, requestOf } from './engine.ts'
import { allocatedBy, retainedBy } from './measure.ts'
import type { Workload } from './workload.ts'

interface Text {
  readonly type: PolicyType
  readonly text: string
}

/** What it costs to get from the texts of policies to answers, in speed (MB of text a second) and memory (÷ the text's). */
export function compiling(workloads: readonly Workload[], quick: boolean) {
  const texts = workloads.flatMap(textsOf)
  const size = texts.reduce((sum, { text }) => sum + text.length, 0)
  const parsed = texts.map(({ text, type }) => read(text, type))
  const steps = [
    { name: 'JSON.parse alone, for comparison', run: () => texts.map(({ text }): unknown => JSON.parse(text)) },
    { name: 'parse', run: () => texts.map(({ text, type }) => read(text, type)) },
    { name: 'compile', run: () => parsed.map((policy) => compile([{ policy }])) },
    { name: 'parse and compile', run: () => texts.map(({ text, type }) => compile([{ policy: read(text, type) }])) },
    { name: 'parse, compile and answer every request once', run: () => workloads.map(answered) },
  ]
  const speeds = steps.map(({ name, run }) => ({ name, milliseconds: best(run, quick ? 10 : 60) }))
  const lines = speeds.map(({ name, milliseconds }) => [
    name,
    duration(milliseconds * 1e6),
    `${(size / milliseconds / 1_000).toFixed(1)} MB/s`,
  ])
  const asked = retainedBy(() => workloads.map(answered)) / size
  const compiled = retainedBy(() => texts.map(({ text, type }) => compile([{ policy: read(text, type) }]))) / size
  lines.push(['compiled, in memory ÷ text', '', `${compiled.toFixed(1)} ×`])
  lines.push(['the same with the indexes that all requests made', '', `${asked.toFixed(1)} ×`])
  const total = speeds.find(({ name }) => name === 'parse and compile')?.milliseconds ?? Number.NaN
  return { text: `${(size / 1e6).toFixed(2)} MB`, lines, speed: size / total / 1_000, compiled }
}

/** Bytes that one decision allocates, over many requests. */
export function garbage(workload: Workload, quick: boolean): number {
  const layers = layersOf(workload)
  const requests = workload.asks.map(requestOf)
  const ask = (index: number) => {
    const request = requests[index % requests.length]
    return request && decide(request, layers)
  }
  return allocatedBy(ask, quick ? 100_000 : 1_000_000)
}

/** The layers of a workload from their texts, with everything that is worked out when they are asked. */
function answered(workload: Workload): unknown {
  const layers = layersOf(workload)
  for (const ask of workload.asks) decide(requestOf(ask), layers)
  return layers
}

function textsOf({ identity, boundary, scp }: Workload): readonly Text[] {
  const of = (type: PolicyType, policies: Workload['identity']) =>
    policies.map((rules) => ({ type, text: JSON.stringify(documentOf(rules)) }))
  return [
    ...of('identity', identity),
    ...of('permissionsBoundary', boundary === undefined ? [] : [boundary]),
    ...of('scp', scp ?? []),
  ]
}

/** The median of many runs, in milliseconds, after as many to warm up. */
function best(run: () => unknown, runs: number): number {
  const samples: number[] = []
  for (let index = 0; index < 2 * runs; index++) {
    const began = performance.now()
    run()
    if (index >= runs) samples.push(performance.now() - began)
  }
  return samples.toSorted((left, right) => left - right)[runs >> 1] ?? Number.NaN
}
