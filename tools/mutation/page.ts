import { percent, type Score } from './score.ts'
import type { Group } from './survivor.ts'

/** The page that tells the score of a whole run. */
export function pageOf(scores: readonly Score[], groups: readonly Group[]): string {
  const total = scores.at(-1)
  if (total === undefined) return ''
  const all = total.byAnswer + total.byWork + total.survived
  return `# What notices a mistake in the engine

\`npm run mutate -- --write\` wrote this page. It puts one small mistake after the other into \`src/engine\`, asks the engine
with the mistake what the right one was asked, and tells which mistakes nothing notices.

**${percent(total.share)}** of the mistakes that can be noticed are: ${all - total.survived} of ${all - total.equivalent}. Counting those that cannot, ${percent(total.raw)} of ${all}.

| mistakes | |
| --- | ---: |
| told by another answer, an error or a loop without an end | ${total.byAnswer} |
| told by more work for the same answer | ${total.byWork} |
| cannot be told: no answer can differ and no counted work can grow, each with its reason | ${total.equivalent} |
| not noticed, each with its reason | ${total.survived - total.equivalent} |
| refused by the type checker; they count for nothing | ${total.refused} |

The measure is what the right engine says; that it is right is for the vectors, the laws and the reference of \`npm test\`. A
mistake that only costs work is one that a user would feel, not one that decides wrongly.

What is asked: every vector of \`test/vectors/engine\`, questions by seeded chance, whole and damaged documents, and the parts of
the engine that have rules of their own (patterns, searches, indexes, numbers, dates, addresses). An answer is everything that
the engine says: verdict, explanation, outlook, sentences, problems with their positions. Work is counted, not timed: rounds of
loops and calls of functions. One more of them than the right engine needs, in a room that was just made, is a mistake that is
noticed; so is an answer that takes five times the work anywhere. Fewer is not. Work that counts is that of the vectors and of scenes:
a real account, hundreds of statements, patterns, values, keys and actions, and hostile texts.

## By file

| file | by answer | by work | cannot be told | not noticed | score |
| --- | ---: | ---: | ---: | ---: | ---: |
${scores.map(rowOf).join('\n')}

## What is not noticed, and why

The mistakes themselves are in \`tools/mutation/survivors.json\`. One that is listed there and does not survive fails the run, as does
one that survives and is not listed.

| mistakes | can be told | reason |
| ---: | --- | --- |
${groups.map(({ reason, equivalent, mutants }) => `| ${mutants.length} | ${equivalent ? 'no' : 'yes'} | ${reason} |`).join('\n')}
`
}

function rowOf({ name, byAnswer, byWork, equivalent, survived, share }: Score): string {
  const file = name === 'all' ? '**all**' : `\`${name.replace('src/engine/', '')}\``
  return `| ${file} | ${byAnswer} | ${byWork} | ${equivalent} | ${survived - equivalent} | ${percent(share)} |`
}
