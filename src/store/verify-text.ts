import { hash } from 'node:crypto'
import { setImmediate as turn } from 'node:timers/promises'
import type { Connection } from './connection.ts'
import type { TrailProblem } from './verify.ts'

const page = 500

/** Looks whether each text that is kept is what it is known by, and whether all that records refer to are there. */
export async function verifyTexts(
  connection: Connection,
  refs: ReadonlySet<string>,
  tell: (problem: TrailProblem) => void,
): Promise<void> {
  const missing = new Set(refs)
  for (let after = ''; ; ) {
    const from = after
    const rows = await connection.read((db) =>
      db.selectFrom('auditText').select(['ref', 'text']).where('ref', '>', from).orderBy('ref').limit(page).execute(),
    )
    for (const { ref, text } of rows) {
      missing.delete(ref)
      if (hash('sha256', text, 'base64url') !== ref)
        tell({ kind: 'text', says: `the text ${ref}, to which records refer, was changed` })
    }
    after = rows.at(-1)?.ref ?? after
    if (rows.length < page) break
    await turn()
  }
  for (const ref of missing) tell({ kind: 'text', says: `the text ${ref}, to which records refer, is missing` })
}
