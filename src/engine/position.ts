/** A place in a text, counted from 1. */
export interface Position {
  readonly line: number
  /** In UTF-16 units. */
  readonly column: number
}

/** The line and column of an offset. */
export function positionAt(text: string, offset: number): Position {
  return lineTable(text)(offset)
}

/**
 * Gives: a function from offset to line and column. Lines end with LF, CR LF or CR.
 * Cost: linear in the text once, at the first question; logarithmic after.
 */
export function lineTable(text: string): (offset: number) => Position {
  let starts: readonly number[] | undefined
  return (offset) => {
    starts ??= lineStarts(text)
    let low = 0
    let high = starts.length - 1
    while (low < high) {
      const middle = (low + high + 1) >> 1
      if ((starts[middle] ?? 0) <= offset) low = middle
      else high = middle - 1
    }
    return { line: low + 1, column: offset - (starts[low] ?? 0) + 1 }
  }
}

function lineStarts(text: string): readonly number[] {
  const starts = [0]
  for (const end of text.matchAll(/\r\n|\n|\r/g)) starts.push(end.index + end[0].length)
  return starts
}
