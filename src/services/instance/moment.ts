import { Fault } from '#protocol'

/** Milliseconds by which the clocks of an agent and of a server may differ. */
const clockSkew = 300_000

/** Errors: `RequestExpired` (400) for a request of another time, which tells the server's. */
export function refuseMoment(moment: number, now: number): void {
  if (Math.abs(moment - now) <= clockSkew) return
  throw new Fault({
    code: 'RequestExpired',
    status: 400,
    message: `The request was signed at another time; here it is ${new Date(now).toISOString()}.`,
    detail: `moment ${moment}, expected ${now} give or take ${clockSkew}`,
  })
}

/** The refusal of a request whose key signed a later one before. */
export function replayed(moment: number, last: number): Fault {
  return new Fault({
    code: 'RequestReplayed',
    status: 409,
    message: 'The request is not newer than the one before. Sign it again.',
    detail: `moment ${moment}, the last was ${last}`,
  })
}
