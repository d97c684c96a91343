/** How `npm test` shows its tests: a line a file, every failure in full, every skip by name, the counts last. */
import process from 'node:process'
import { inspect } from 'node:util'

const width = process.cwd().length + 1

/** A reporter of `node --test`. */
// biome-ignore lint/style/noDefaultExport: `node --test` takes a reporter as the default export.
export default async function* report(events) {
  const skipped = []
  const failed = []
  for await (const { type, data } of events) {
    if (type === 'test:pass' && data.skip !== undefined && data.skip !== false) skipped.push(data)
    else if (type === 'test:fail' && !isEcho(data)) {
      failed.push(data)
      yield failure(data)
    } else if (type === 'test:stdout' || type === 'test:stderr') yield data.message
    else if (type === 'test:summary') yield data.file === undefined ? last(data, skipped, failed) : fileLine(data)
  }
}

/** A test that failed only because one inside it did says nothing new. */
function isEcho({ details }) {
  return details.error?.failureType === 'subtestsFailed'
}

function fileLine({ file, counts, duration_ms, success }) {
  const extra = counts.skipped > 0 ? `, ${counts.skipped} skipped` : ''
  const result = success
    ? `${counts.passed} passed`
    : `${counts.passed} passed, ${counts.failed + counts.cancelled} FAILED`
  return `  ${short(file)}: ${result}${extra} (${seconds(duration_ms)} s)\n`
}

function failure({ name, file, line, details }) {
  const cause = details.error?.cause ?? details.error
  const text = typeof cause === 'object' && cause !== null && 'stack' in cause ? cause.stack : inspect(cause)
  return `\nFAILED: ${name}\n  at ${short(file)}:${line}\n${indented(text)}\n\n`
}

function last({ counts, duration_ms }, skipped, failed) {
  const lines = [
    ...skipped.map(({ name, skip }) => `skipped: ${name}${typeof skip === 'string' ? ` (${skip})` : ''}`),
    ...failed.map(({ name, file }) => `failed: ${name} (${short(file)})`),
  ]
  const missed = counts.failed + counts.cancelled
  lines.push(
    `tests: ${counts.passed} passed, ${missed} failed, ${counts.skipped} skipped, ${counts.todo} to do (${seconds(duration_ms)} s)`,
  )
  return `\n${lines.join('\n')}\n`
}

function short(file = '') {
  return file.slice(file.startsWith(process.cwd()) ? width : 0)
}

function indented(text) {
  return String(text)
    .split('\n')
    .map((line) => `    ${line}`)
    .join('\n')
}

function seconds(milliseconds) {
  return (milliseconds / 1000).toFixed(1)
}
