/**
 * Asks `@cloud-copilot/iam-simulate` the questions of the vectors and lists every answer that differs, with the rule that
 * decides it, in `docs/proof/differential.md`. Installs the peer on demand. `--check`: writes nothing, and fails when the
 * list is another.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { argv, exit, stderr, stdout } from 'node:process'
import { fileURLToPath } from 'node:url'
import { readVectors, rulesOf, type Vector } from '../test/vectors/vector.ts'
import { reasons } from './differential/reason.ts'
import { simulationOf } from './differential/simulation.ts'
import { type LoadedPeer, loadPeer } from './iam-simulate.ts'

const page = fileURLToPath(new URL('../docs/proof/differential.md', import.meta.url))

/** `agrees`, `differs`, or why there is nothing to compare. */
interface Comparison {
  readonly vector: Vector
  readonly outcome: 'agrees' | 'differs' | 'refused' | 'unsaid'
  readonly theirs: string
}

async function main(): Promise<void> {
  const peer = await loadPeer(true)
  if ('skipped' in peer) {
    stderr.write(`${peer.skipped}\n`)
    exit(2)
  }
  const compared: Comparison[] = []
  for (const vector of readVectors()) compared.push(await compare(vector, peer))
  const text = pageOf(compared, peer.version)
  const without = differing(compared).flatMap(({ vector }) => (reasonOf(vector) === undefined ? [ruleOf(vector)] : []))
  if (without.length > 0) stderr.write(`no reason is given for ${[...new Set(without)].join(', ')}\n`)
  const same = currentPage() === text
  stdout.write(`${summary(compared)}\n`)
  if (argv.includes('--check')) {
    if (!same) stderr.write('docs/proof/differential.md says something else: npm run differential\n')
    exit(same && without.length === 0 ? 0 : 1)
  }
  mkdirSync(dirname(page), { recursive: true })
  writeFileSync(page, text)
  exit(without.length === 0 ? 0 : 1)
}

const decisions: Readonly<Record<string, string>> = {
  Allowed: 'allowed',
  ExplicitlyDenied: 'explicitDeny',
  ImplicitlyDenied: 'implicitDeny',
}

async function compare(vector: Vector, peer: LoadedPeer): Promise<Comparison> {
  const simulation = simulationOf(vector.question, peer)
  if ('unsaid' in simulation) return { vector, outcome: 'unsaid', theirs: simulation.unsaid }
  const answer = await peer.run(simulation)
  const theirs = decisions[answer]
  const ours = oursOf(vector)
  if (theirs === undefined) return { vector, outcome: ours === 'malformed' ? 'agrees' : 'refused', theirs: answer }
  return { vector, outcome: theirs === ours ? 'agrees' : 'differs', theirs }
}

function oursOf({ expected }: Vector): string {
  return 'decision' in expected ? expected.decision : 'malformed'
}

function differing(compared: readonly Comparison[]): readonly Comparison[] {
  return compared.filter(({ outcome }) => outcome === 'differs')
}

function ruleOf(vector: Vector): string {
  return rulesOf(vector)[0]?.split(',')[0] ?? ''
}

function reasonOf(vector: Vector): string | undefined {
  return reasons[ruleOf(vector)]
}

function summary(compared: readonly Comparison[]): string {
  const count = (outcome: string) => compared.filter((one) => one.outcome === outcome).length
  return `${compared.length} vectors: ${count('agrees')} answered alike, ${count('differs')} differently, ${count('refused')} refused by the peer, ${count('unsaid')} that cannot be said to it`
}

function pageOf(compared: readonly Comparison[], version: string): string {
  const rules = [...new Set(differing(compared).map(({ vector }) => ruleOf(vector)))].toSorted()
  return `${[
    '# Where another simulator answers differently',
    `\`npm run differential\` asks \`@cloud-copilot/iam-simulate\` ${version} the questions of \`test/vectors/engine\` and writes this page. The peer is installed for the run; its licence is AGPL, so that it is no dependency. Keys that AWS does not have (\`aws:k\`) are asked as keys of the same kind that AWS has.`,
    `${summary(compared)}.`,
    '## Why ours stands',
    table(
      ['rule', 'reason'],
      rules.map((rule) => [rule, reasons[rule] ?? '']),
    ),
    '## Every answer that differs',
    table(
      ['vector', 'rule', 'theirs', 'ours'],
      differing(compared).map(({ vector, theirs }) => [
        `${vector.file.replace('.json', '')}: ${vector.says}`,
        rulesOf(vector).join(', '),
        theirs,
        oursOf(vector),
      ]),
    ),
    '## What is not compared',
    table(['why', 'vectors'], counted(compared)),
  ].join('\n\n')}\n`
}

function counted(compared: readonly Comparison[]): readonly (readonly string[])[] {
  const counts = new Map<string, number>()
  for (const { outcome, theirs } of compared) {
    if (outcome !== 'refused' && outcome !== 'unsaid') continue
    const why =
      outcome === 'refused' ? `the peer refuses: \`${theirs.replace('refused: ', '')}\`` : `cannot be said: ${theirs}`
    counts.set(why, (counts.get(why) ?? 0) + 1)
  }
  return [...counts].toSorted(([, left], [, right]) => right - left).map(([why, count]) => [why, String(count)])
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')
}

function currentPage(): string | undefined {
  try {
    return readFileSync(page, 'utf8')
  } catch {
    return undefined
  }
}

if (import.meta.main) await main()
