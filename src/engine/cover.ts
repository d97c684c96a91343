const star = 42
const hole = 63

/** How long a text may be for `covers` to be quick with any pattern. */
export const longestCovered = 128

interface Offsets {
  /** Where the text begins. */
  readonly from: number
  /** Where the pattern begins. */
  readonly place?: number
}

/**
 * Whether a pattern covers a short text without pairs of units, from offsets on. Allocates nothing.
 * Cost: at worst the product of both lengths.
 */
export function covers(pattern: string, text: string, { from, place = 0 }: Offsets): boolean {
  let at = from
  let here = place
  let afterStar = 0
  let resume = from
  while (at < text.length) {
    const unit = pattern.charCodeAt(here)
    if (unit === star) {
      afterStar = ++here
      resume = at
    } else if (unit === hole || unit === text.charCodeAt(at)) {
      here++
      at++
    } else if (afterStar === 0) return false
    else {
      here = afterStar
      at = ++resume
    }
  }
  while (pattern.charCodeAt(here) === star) here++
  return here === pattern.length
}

/** Whether a text is one for which `covers` is right and quick, from an offset on. */
export function isCoverable(text: string, from: number): boolean {
  if (text.length - from > longestCovered) return false
  for (let at = from; at < text.length; at++) if ((text.charCodeAt(at) & 0xf800) === 0xd800) return false
  return true
}
