/** Writes a line for the operator. */
export type Log = (level: 'info' | 'warn' | 'error', fields: object, message: string) => void

/** Lines of JSON, as the server writes them. Takes: where to. */
export function lineLog(write: (line: string) => void): Log {
  return (level, fields, message) =>
    write(`${JSON.stringify({ level, time: new Date().toISOString(), ...fields, msg: message })}\n`)
}
