const isoDate = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,9}))?(?:Z|([+-])(\d{2}):?(\d{2}))$/i
const httpDate =
  /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), (\d{2}) ([A-Z][a-z]{2}) (\d{4}) (\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,9}))? GMT$/
const epochSeconds = /^-?\d{1,12}(?:\.\d{1,9})?$/
const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

/**
 * Reads a moment in any of the three forms that AWS's protocols use.
 *
 * Takes: `2026-01-15T12:00:00Z`, `1768478400`, or `Thu, 15 Jan 2026 12:00:00 GMT`; fractions of a second are kept to the millisecond.
 * Gives: `undefined` for anything else, and for a day or an hour that does not exist.
 */
export function readTimestamp(text: string): Date | undefined {
  if (epochSeconds.test(text)) return existing(new Date(Math.round(Number(text) * 1000)))
  const iso = isoDate.exec(text)
  if (iso !== null) {
    const [, year, month, day, hour, minute, second, fraction, sign, aheadHours = '0', aheadMinutes = '0'] = iso
    if (Number(aheadHours) > 23 || Number(aheadMinutes) > 59) return undefined
    const ahead = (Number(aheadHours) * 60 + Number(aheadMinutes)) * (sign === '-' ? -60_000 : 60_000)
    const moment = momentOf([year, month, day, hour, minute, second].map(Number), fraction)
    return moment === undefined ? undefined : new Date(moment - ahead)
  }
  const http = httpDate.exec(text)
  if (http === null) return undefined
  const [, day, month = '', year, hour, minute, second, fraction] = http
  const numbers = [year, months.indexOf(month) + 1, day, hour, minute, second].map(Number)
  const moment = momentOf(numbers, fraction)
  return moment === undefined ? undefined : new Date(moment)
}

/** Writes a moment as IAM and STS do, to the second. */
export function writeTimestamp(moment: Date): string {
  return `${moment.toISOString().slice(0, -5)}Z`
}

function momentOf(parts: readonly number[], fraction = ''): number | undefined {
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = parts
  const milliseconds = Number(fraction.padEnd(3, '0').slice(0, 3))
  const date = new Date(0)
  date.setUTCFullYear(year, month - 1, day)
  date.setUTCHours(hour, minute, second, milliseconds)
  const real = date.getUTCMonth() === month - 1 && date.getUTCDate() === day && hour < 24 && minute < 60 && second < 60
  return real ? date.getTime() : undefined
}

function existing(date: Date): Date | undefined {
  return Number.isNaN(date.getTime()) ? undefined : date
}
