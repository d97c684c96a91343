import { type ChildProcess, fork } from 'node:child_process'
import { availableParallelism } from 'node:os'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import type { Judgement, Task } from './judge.ts'
import type { Mutant } from './mutant.ts'

export interface Room {
  /** The folder's file that is imported. */
  readonly entry: string
  /** A module with `cases`, `nameOf` and `answer`. */
  readonly probe: string
  /** Takes: a mutant's file. Gives: its path. */
  readonly pathOf: (file: string) => string
  /** Milliseconds after which a mutant counts as stuck. */
  readonly patience?: number
  /** How many mutants are tried at once. */
  readonly processes?: number
  /** Whether some unlike cases are enough. */
  readonly briefly?: boolean
  /** What told a mutant before. */
  readonly hintOf?: (mutant: Mutant) => string | undefined
}

/** What became of a mutant: what told it from the right code, or `survived`. */
export interface Fate {
  readonly mutant: Mutant
  readonly killedBy: string | undefined
}

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
const usualPatience = 60_000
const tasksOfOneProcess = 500

/** Runs mutants on all processors, each until the first answer that differs. */
export async function tryAll(
  mutants: readonly Mutant[],
  room: Room,
  tell: (fate: Fate, done: number) => void,
): Promise<readonly Fate[]> {
  for (const signal of signals) process.on(signal, endAll)
  const fates: Fate[] = []
  let next = 0
  const take = () => (next < mutants.length ? next++ : undefined)
  const work = async () => {
    for (let judge = await openJudge(room); ; ) {
      const id = take()
      const mutant = id === undefined ? undefined : mutants[id]
      if (id === undefined || mutant === undefined) return judge.close()
      const hint = room.hintOf?.(mutant)
      const { file, text, at } = mutant
      const killedBy = await judge.ask({ id, path: room.pathOf(file), text, at, hint, briefly: room.briefly })
      fates.push({ mutant, killedBy })
      tell({ mutant, killedBy }, fates.length)
      if (judge.isSpent()) {
        judge.close()
        judge = await openJudge(room)
      }
    }
  }
  await Promise.all(Array.from({ length: Math.min(room.processes ?? availableParallelism(), mutants.length) }, work))
  for (const signal of signals) process.off(signal, endAll)
  return fates.toSorted((left, right) => mutants.indexOf(left.mutant) - mutants.indexOf(right.mutant))
}

/** A process that loops does not see that its parent is gone. */
const judges = new Set<ChildProcess>()

function endAll(): void {
  for (const child of judges) child.kill('SIGKILL')
  process.exit(1)
}

interface Judge {
  readonly ask: (task: Task) => Promise<string | undefined>
  readonly isSpent: () => boolean
  readonly close: () => void
}

async function openJudge(room: Room): Promise<Judge> {
  const child = fork(fileURLToPath(new URL('judge.ts', import.meta.url)), [room.entry, room.probe], {
    execArgv: ['--max-old-space-size=1536', '--disable-warning=ExperimentalWarning'],
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  })
  judges.add(child)
  child.once('exit', () => judges.delete(child))
  let complaint = ''
  child.stderr?.on('data', (data: Buffer) => {
    complaint = (complaint + data.toString('utf8')).slice(-2_000)
  })
  const ready = await answerOf(child, 180_000)
  if (typeof ready === 'string') throw new Error(`the judge does not start: ${ready}: ${complaint}`)
  let asked = 0
  let gone = false
  const ask = async (task: Task) => {
    asked++
    const pending = answerOf(child, room.patience ?? usualPatience)
    child.send(task)
    const judgement = await pending
    if (typeof judgement !== 'string') return judgement.killedBy
    gone = true
    child.kill('SIGKILL')
    process.stderr.write(
      `a judge was lost by ${judgement} in ${task.path}: ${task.id} ${complaint.trim().split('\n')[0]}\n`,
    )
    return judgement
  }
  return { ask, isSpent: () => gone || asked >= tasksOfOneProcess, close: () => child.kill('SIGKILL') }
}

/** Gives: a text when the process does not answer. */
function answerOf(child: ChildProcess, milliseconds: number): Promise<Judgement | string> {
  return new Promise((resolve) => {
    const finish = (value: Judgement | string) => {
      clearTimeout(timer)
      child.off('message', onMessage)
      child.off('exit', onExit)
      resolve(value)
    }
    const onMessage = (judgement: Judgement) => finish(judgement)
    const onExit = () => finish('the end of its process')
    const timer = setTimeout(() => finish('taking too long'), milliseconds)
    child.on('message', onMessage)
    child.on('exit', onExit)
  })
}
