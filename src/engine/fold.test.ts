import assert from 'node:assert/strict'
import { test } from 'node:test'
import { equalsFolded, fold } from './fold.ts'

test('folding merges exactly the characters that Unicode simple case folding merges', () => {
  for (let point = 0; point < 0x1_f000; point++) {
    if (point >= 0xd800 && point < 0xe000) continue
    const character = String.fromCodePoint(point)
    const folded = fold(character)
    const same = new RegExp(`^\\u{${point.toString(16)}}$`, 'iu')
    if (folded !== character) assert.ok(same.test(folded), point.toString(16))
    for (const other of [character.toUpperCase(), character.toLowerCase(), character.toUpperCase().toLowerCase()])
      if ([...other].length === 1) assert.equal(fold(other) === folded, same.test(other), point.toString(16))
  }
})

test('comparing with a folded text is the same as folding', () => {
  for (const [text, other] of [
    ['aws:SourceIp', 'aws:sourceip'],
    ['aws:SourceIp', 'aws:sourceiq'],
    ['aws:PrincipalTag/É', 'aws:principaltag/é'],
    ['Kelvin', 'kelvin'],
    ['[', '{'],
  ] as const)
    assert.equal(equalsFolded(text, fold(other)), fold(text) === fold(other), text)
})
