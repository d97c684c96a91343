/**
 * Takes case away from a text: Unicode simple case folding, code point by code point, whatever the locale (rule CS-2).
 * Gives: a text that equals another's folded text exactly when the two differ in case only.
 */
export function fold(text: string): string {
  return notAscii.test(text) ? foldAll(text) : text.toLowerCase()
}

const notAscii = /[^\0-\x7f]/

/** Whether two texts differ in case at most; `folded` is folded already. Allocates nothing for ASCII. */
export function equalsFolded(text: string, folded: string): boolean {
  if (text.length !== folded.length) return false
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at)
    if (unit > 127) return fold(text) === folded
    const lower = unit >= 65 && unit <= 90 ? unit + 32 : unit
    if (lower !== folded.charCodeAt(at)) return false
  }
  return true
}

function foldAll(text: string): string {
  let folded = ''
  for (const character of text) folded += foldOne(character)
  return folded
}

function foldOne(character: string): string {
  if (character <= '\u007f') return character.toLowerCase()
  // The dotless small I folds to itself unless the locale is Turkish.
  if (character === '\u0131') return character
  const upper = character.toUpperCase()
  const lower = (upper.length === character.length ? upper : character).toLowerCase()
  return lower.length === character.length ? lower : character
}
