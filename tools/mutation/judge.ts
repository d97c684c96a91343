/**
 * The process in which mutants run. It takes one at a time from its parent, loads the room with the mistake in it beside
 * the modules that it has loaded before, and tells whether an answer differs. The parent ends it when it is stuck.
 */
import { readFileSync } from 'node:fs'
import { registerHooks, stripTypeScriptTypes } from 'node:module'
import process from 'node:process'
import { fileURLToPath, pathToFileURL } from 'node:url'

/** What a parent asks. */
export interface Task {
  readonly id: number
  /** Path of the file that has the mistake. */
  readonly path: string
  readonly text: string
}

/** What it is told: the case that tells the difference; `undefined` when none does. */
export interface Judgement {
  readonly id: number
  readonly killedBy: string | undefined
}

/** A room's questions. */
export interface Probe<Room, Case> {
  /** Takes: the room without a mistake. */
  readonly cases: () => readonly Case[]
  readonly nameOf: (one: Case) => string
  /** Gives: everything that the room says about a case. */
  readonly answer: (room: Room, one: Case) => string
}

const [entry = '', probePath = ''] = process.argv.slice(2)
let current: Task | undefined
const stripped = new Map<string, string>()

registerHooks({
  resolve(specifier, context, next) {
    const query = /\?mutant=\d+$/.exec(context.parentURL ?? '')?.[0]
    if (query === undefined || !specifier.startsWith('.')) return next(specifier, context)
    return { url: new URL(specifier, context.parentURL).href + query, format: 'module', shortCircuit: true }
  },
  load(url, context, next) {
    if (!/\?mutant=\d+$/.test(url)) return next(url, context)
    return { format: 'module', source: sourceOf(fileURLToPath(url.slice(0, url.indexOf('?')))), shortCircuit: true }
  },
})

function sourceOf(path: string): string {
  if (path === current?.path) return stripTypeScriptTypes(current.text)
  const known = stripped.get(path) ?? stripTypeScriptTypes(readFileSync(path, 'utf8'))
  stripped.set(path, known)
  return known
}

const probe: Probe<object, unknown> = await import(pathToFileURL(probePath).href)
const right: object = await import(`${pathToFileURL(entry).href}?mutant=0`)
const cases = probe.cases().map((one) => ({ one, name: probe.nameOf(one), answer: probe.answer(right, one) }))
/** What killed before kills most often again. */
const order = [...cases]

process.on('message', (task: Task) => {
  judge(task).then((killedBy) => process.send?.({ id: task.id, killedBy } satisfies Judgement))
})
process.on('disconnect', () => process.exit(0))
process.send?.({ id: -1, killedBy: String(cases.length) } satisfies Judgement)

async function judge(task: Task): Promise<string | undefined> {
  current = task
  let room: object
  try {
    room = await import(`${pathToFileURL(entry).href}?mutant=${task.id + 1}`)
  } catch {
    return 'loading'
  }
  for (let index = 0; index < order.length; index++) {
    const found = order[index]
    if (found === undefined || isAlike(room, found)) continue
    order.splice(index, 1)
    order.unshift(found)
    return found.name
  }
  return undefined
}

function isAlike(room: object, { one, answer }: { readonly one: unknown; readonly answer: string }): boolean {
  try {
    return probe.answer(room, one) === answer
  } catch {
    return false
  }
}
