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
import { byWork } from './killer.ts'

/** What a parent asks. */
export interface Task {
  readonly id: number
  /** Path of the file that has the mistake. */
  readonly path: string
  readonly text: string
  /** Where the mistake begins. */
  readonly at: number
  /** What told it before, which is tried first. */
  readonly hint?: string | undefined
  /** Whether only some unlike cases are asked, and those that cost work; the others are asked of what these leave. */
  readonly briefly?: boolean | undefined
}

/** How many cases are asked briefly, and at most: the most unlike ones come first. */
const few = 300
const enough = 6_000

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
  /** Cases that are asked one after the other of a room that was just made, for what they cost it. */
  readonly works?: () => readonly Case[]
}

interface Known {
  readonly one: unknown
  readonly name: string
  readonly answer: string
  readonly milliseconds: number
  /** Rounds of loops and calls of functions. */
  readonly ticks: number
  /** The units that it comes by. */
  readonly way: string
}

const [entry = '', probePath = ''] = process.argv.slice(2)
/** A room by the number of its mistake, 0 for none; `new` for one that shares no file with another. */
const mark = /\?mutant=(\d+)(new)?$/
/** The units of the right room by file, its files without types, and who imports a file. */
const units = new Map<string, readonly Unit[]>()
const plain = new Map<string, string>()
const importers = new Map<string, Set<string>>()
let unitCount = 0
let current: { readonly task: Task; readonly affected: ReadonlySet<string> } | undefined
const hits: { always: Set<number>; now: Set<number> } = { always: new Set(), now: new Set() }
/** Rounds of loops and calls since the last question, and how many it may take. */
let ticks = 0
let most = Number.POSITIVE_INFINITY
Object.assign(globalThis, {
  cardeaHit: (id: number) => hits.now.add(id),
  cardeaTick: () => {
    if (++ticks > most) throw new Error('an endless loop')
  },
})

registerHooks({
  resolve(specifier, context, next) {
    const parent = context.parentURL ?? ''
    const [, id, isNew] = mark.exec(parent) ?? []
    if (id === undefined || !specifier.startsWith('.')) return next(specifier, context)
    const url = new URL(specifier, parent)
    const path = fileURLToPath(url)
    if (id === '0') listed(importers, path).add(fileURLToPath(parent.replace(mark, '')))
    const own = id !== '0' && current?.affected.has(path) === true
    const room = isNew === undefined ? (own ? id : '0') : `${id}new`
    return { url: `${url.href}?mutant=${room}`, format: 'module', shortCircuit: true }
  },
  load(url, context, next) {
    const [, id, isNew] = mark.exec(url) ?? []
    if (id === undefined) return next(url, context)
    const right = id === '0' && isNew === undefined
    return { format: 'module', source: sourceOf(fileURLToPath(url.replace(mark, '')), right), shortCircuit: true }
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
  ticks = 0
  const answer = probe.answer(room, one)
  const milliseconds = performance.now() - began
  const known = {
    one,
    name: probe.nameOf(one),
    answer,
    milliseconds,
    ticks,
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
const works = probe.works?.() ?? []
hits.now = new Set()
for (const one of works) probe.answer(room, one)
/** The units that work comes by. */
const worked = hits.now
Object.assign(globalThis, { cardeaHit: () => {} })
const work = works.map(measuredIn(await import(`${pathToFileURL(entry).href}?mutant=0new`)))

process.on('message', (task: Task) => {
  judge(task).then((killedBy) => process.send?.({ id: task.id, killedBy } satisfies Judgement))
})
process.on('disconnect', () => process.exit(0))
process.send?.({ id: -1, killedBy: undefined } satisfies Judgement)

async function judge(task: Task): Promise<string | undefined> {
  current = { task, affected: affectedBy(task.path) }
  const unit = unitAt(units.get(task.path) ?? [], task.at)
  const everywhere = unit === undefined || hits.always.has(unit.id)
  const list = everywhere ? all : (byUnit.get(unit.id) ?? [])
  if (task.briefly !== true) return differenceInAnswers(task, list, enough)
  const works = everywhere || worked.has(unit.id)
  const hinted = works && task.hint?.startsWith(byWork) === true ? await differenceInWork(task) : undefined
  return hinted ?? (await differenceInAnswers(task, list, few)) ?? (works ? await differenceInWork(task) : undefined)
}

async function differenceInAnswers({ id, hint }: Task, list: Known[], most: number): Promise<string | undefined> {
  allow(100_000)
  let wrong: object
  try {
    wrong = await import(`${pathToFileURL(entry).href}?mutant=${id + 1}`)
  } catch {
    return 'loading'
  }
  const known = hint === undefined ? undefined : list.find(({ name }) => name === hint)
  if (known !== undefined && !isAlike(wrong, known)) return known.name
  const index = list.slice(0, most).findIndex((one) => !isAlike(wrong, one))
  const found = list[index]
  if (found === undefined) return undefined
  // What killed before kills most often again.
  list.splice(index, 1)
  list.unshift(found)
  return found.name
}

/** An answer that takes five times the work is another answer: an author of policies must not be able to stall the room. */
function isAlike(wrong: object, { one, answer, milliseconds, ticks: right }: Known): boolean {
  const began = process.cpuUsage()
  allow(2_000 + 5 * right)
  try {
    if (probe.answer(wrong, one) !== answer) return false
  } catch {
    return false
  }
  const { user, system } = process.cpuUsage(began)
  return (user + system) / 1_000 < 1_000 + 20 * milliseconds
}

interface Measured {
  readonly one: unknown
  readonly answer: string
  readonly ticks: number
}

function measuredIn(room: object): (one: unknown) => Measured {
  return (one) => {
    allow(Number.POSITIVE_INFINITY)
    const answer = probe.answer(room, one)
    return { one, answer, ticks }
  }
}

/** Asks a room that was just made, so that what it keeps is the same each time. Gives: the first case that costs it more than the right one. */
async function differenceInWork({ id }: Task): Promise<string | undefined> {
  allow(100_000)
  let wrong: object
  try {
    wrong = await import(`${pathToFileURL(entry).href}?mutant=${id + 1}new`)
  } catch {
    return 'loading'
  }
  for (const { one, answer, ticks: right } of work) {
    allow(right)
    try {
      if (probe.answer(wrong, one) !== answer) return probe.nameOf(one)
    } catch {
      return `${ticks > right ? byWork : ''}${probe.nameOf(one)}`
    }
    if (ticks > right) return `${byWork}${probe.nameOf(one)}`
  }
  return undefined
}

function allow(limit: number): void {
  ticks = 0
  most = limit
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
