import { type DestinationStream, type Logger, pino } from 'pino'

/** Where the house says what happened. */
export type Log = Logger

/** Says nothing. */
export const silent: Log = pino({ level: 'silent' })

/** Makes a log of JSON lines. Takes: the least important level; where they go, by default to standard error. */
export function createLog(level: string, destination: DestinationStream = pino.destination(2)): Log {
  return pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime }, destination)
}
