/**
 * The process in which mutants run. It takes one at a time from its parent, loads the room with the mistake in it beside
 * the right one, and tells whether an answer differs. It asks only the cases that come by the place of the mistake.
 * The parent ends it when it is stuck.
 */
import { readFileSync } from 'node:fs'
import { registerHooks, stripTypeScriptTypes } from 'node:module'
import process from 'node:process'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { guarded, instrumented, type Unit, unitAt } from './coverage.ts'

/** What a parent asks. */
export interface Task {
  readonly id: number
  /** Path of the file that has the mistake. */
  readonly path: string
  readonly text: string
  /** Where the mistake begins. */
  readonly at: number
}

/** What it is told: the case that tells the difference; `undefined` when none does. */
export interface Judgement {
  readonly id: number
  readonly killedBy: string | undefined
}

/** A room's questions. */
export interface Probe<Room, Case> {
  readonly cases: () => readonly Case[]
  readonly nameOf: (one: Case) => string
  /** Gives: everything that the room says about a case. */
  readonly answer: (room: Room, one: Case) => string
}

interface Known {
  readonly one: unknown
  readonly name: string
  readonly answer: string
  readonly milliseconds: number
  /** Rounds of loops. */
  readonly ticks: number
  /** The units that it comes by. */
  readonly way: string
}

const [entry = '', probePath = ''] = process.argv.slice(2)
const mark = /\?mutant=(\d+)$/
/** The units of the right room by file, its files without types, and who imports a file. */
const units = new Map<string, readonly Unit[]>()
const plain = new Map<string, string>()
const importers = new Map<string, Set<string>>()
let unitCount = 0
let current: { readonly task: Task; readonly affected: ReadonlySet<string> } | undefined
const hits: { always: Set<number>; now: Set<number> } = { always: new Set(), now: new Set() }
/** Rounds of loops since the last question, and how many it may take. */
const rounds = { ticks: 0, most: Number.POSITIVE_INFINITY }
Object.assign(globalThis, {
  cardeaHit: (id: number) => hits.now.add(id),
  cardeaTick: () => {
    if (++rounds.ticks > rounds.most) throw new Error('an endless loop')
  },
})

registerHooks({
  resolve(specifier, context, next) {
    const parent = context.parentURL ?? ''
    const id = mark.exec(parent)?.[1]
    if (id === undefined || !specifier.startsWith('.')) return next(specifier, context)
    const url = new URL(specifier, parent)
    const path = fileURLToPath(url)
    if (id === '0') listed(importers, path).add(fileURLToPath(parent.replace(mark, '')))
    const own = id !== '0' && current?.affected.has(path) === true
    return { url: `${url.href}?mutant=${own ? id : '0'}`, format: 'module', shortCircuit: true }
  },
  load(url, context, next) {
    const id = mark.exec(url)?.[1]
    if (id === undefined) return next(url, context)
    return { format: 'module', source: sourceOf(fileURLToPath(url.replace(mark, '')), id === '0'), shortCircuit: true }
  },
})

function sourceOf(path: string, right: boolean): string {
  if (!right && path === current?.task.path) return stripTypeScriptTypes(guarded(path, current.task.text))
  if (!right) return plainOf(path)
  const result = instrumented(path, readFileSync(path, 'utf8'), unitCount)
  units.set(path, result.units)
  unitCount += result.units.length
  return stripTypeScriptTypes(guarded(path, result.text))
}

function plainOf(path: string): string {
  const text = plain.get(path) ?? stripTypeScriptTypes(guarded(path, readFileSync(path, 'utf8')))
  plain.set(path, text)
  return text
}

const probe: Probe<object, unknown> = await import(pathToFileURL(probePath).href)
const room: object = await import(`${pathToFileURL(entry).href}?mutant=0`)
hits.always = hits.now
const byUnit = new Map<number, Known[]>()
const all = probe.cases().map((one): Known => {
  hits.now = new Set()
  const began = performance.now()
  rounds.ticks = 0
  const answer = probe.answer(room, one)
  const milliseconds = performance.now() - began
  const known = {
    one,
    name: probe.nameOf(one),
    answer,
    milliseconds,
    ticks: rounds.ticks,
    way: [...hits.now].toSorted().join(),
  }
  for (const id of hits.now) {
    const list = byUnit.get(id)
    if (list === undefined) byUnit.set(id, [known])
    else list.push(known)
  }
  return known
})
for (const [id, list] of byUnit) byUnit.set(id, mixed(list))
Object.assign(globalThis, { cardeaHit: () => {} })

process.on('message', (task: Task) => {
  judge(task).then((killedBy) => process.send?.({ id: task.id, killedBy } satisfies Judgement))
})
process.on('disconnect', () => process.exit(0))
process.send?.({ id: -1, killedBy: undefined } satisfies Judgement)

async function judge(task: Task): Promise<string | undefined> {
  current = { task, affected: affectedBy(task.path) }
  const unit = unitAt(units.get(task.path) ?? [], task.at)
  const list = unit === undefined || hits.always.has(unit.id) ? all : (byUnit.get(unit.id) ?? [])
  allow(100_000)
  let wrong: object
  try {
    wrong = await import(`${pathToFileURL(entry).href}?mutant=${task.id + 1}`)
  } catch {
    return 'loading'
  }
  const index = list.findIndex((known) => !isAlike(wrong, known))
  const found = list[index]
  if (found === undefined) return undefined
  // What killed before kills most often again.
  list.splice(index, 1)
  list.unshift(found)
  return found.name
}

/** An answer that takes five times the work is another answer: an author of policies must not be able to stall the room. */
function isAlike(wrong: object, { one, answer, milliseconds, ticks }: Known): boolean {
  const began = performance.now()
  allow(2_000 + 5 * ticks)
  try {
    if (probe.answer(wrong, one) !== answer) return false
  } catch {
    return false
  }
  return performance.now() - began < 1_000 + 20 * milliseconds
}

function allow(most: number): void {
  rounds.ticks = 0
  rounds.most = most
}

/** A file, and all that import it, through others too. */
function affectedBy(path: string): ReadonlySet<string> {
  const found = new Set([path, entry])
  for (const one of found) for (const importer of importers.get(one) ?? []) found.add(importer)
  return found
}

/** Unlike cases first: one of each kind and of each way through the room, then a second of each, and so on. */
function mixed(list: readonly Known[]): Known[] {
  const ways = new Map<string, number>()
  const kinds = new Map<string, number>()
  const turn = (turns: Map<string, number>, key: string) => {
    const count = turns.get(key) ?? 0
    turns.set(key, count + 1)
    return count
  }
  const byWay = list
    .map((known) => ({ known, rank: turn(ways, known.way) }))
    .toSorted((left, right) => left.rank - right.rank)
  return byWay
    .map(({ known }) => ({ known, rank: turn(kinds, known.name.split(':')[0] ?? '') }))
    .toSorted((left, right) => left.rank - right.rank)
    .map(({ known }) => known)
}

function listed(map: Map<string, Set<string>>, key: string): Set<string> {
  const known = map.get(key) ?? new Set()
  map.set(key, known)
  return known
}
