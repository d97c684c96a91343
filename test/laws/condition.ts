import { values } from './request.ts'
import type { Tape } from './tape.ts'

type Key = keyof typeof values

/** A family of operators, the keys it is mostly asked about, and what it is compared with. */
interface Family {
  readonly operators: readonly [string, ...string[]]
  readonly keys: readonly [string, ...string[]]
  readonly values: readonly [string, ...string[]]
}

const strings: Family = {
  operators: [
    'StringEquals',
    'StringNotEquals',
    'StringLike',
    'StringNotLike',
    'StringEqualsIgnoreCase',
    'StringNotEqualsIgnoreCase',
  ],
  keys: ['aws:username', 'aws:PrincipalTag/team', 'aws:TagKeys', 'aws:absent', 'aws:SourceArn'],
  values: [
    'alice',
    'a*',
    '?lice',
    'blue',
    '*',
    'ASK',
    'team',
    '${aws:username}',
    '${aws:absent}',
    "${aws:PrincipalTag/Team, 'blue'}",
    '${*}',
    '',
    '${aws:username}*',
    'arn:aws:s*e',
  ],
}
const numbers: Family = {
  operators: [
    'NumericEquals',
    'NumericNotEquals',
    'NumericLessThan',
    'NumericLessThanEquals',
    'NumericGreaterThan',
    'NumericGreaterThanEquals',
  ],
  keys: ['aws:number', 'aws:numbers', 'aws:absent'],
  values: ['10', '010.00', '-3', '100e-1', '9007199254740992', '9.99', 'x', '1e400', '-0.5'],
}
const dates: Family = {
  operators: [
    'DateEquals',
    'DateNotEquals',
    'DateLessThan',
    'DateLessThanEquals',
    'DateGreaterThan',
    'DateGreaterThanEquals',
  ],
  keys: ['aws:CurrentTime', 'aws:number'],
  values: ['2024-03-01T12:00:00Z', '2024-03-01T12:00:00.5Z', '1709294400', '2024-03', '2023', '2024-03-01T01:00+01:00'],
}
const addresses: Family = {
  operators: ['IpAddress', 'NotIpAddress'],
  keys: ['aws:SourceIp', 'aws:username'],
  values: [
    '10.0.0.0/24',
    '10.0.0.9',
    '10.0.1.77/23',
    '0.0.0.0/0',
    '2001:db8::/32',
    '::/0',
    '2001:DB8:0:0::9',
    '10.0.0.0/33',
  ],
}
const arns: Family = {
  operators: ['ArnEquals', 'ArnLike', 'ArnNotEquals', 'ArnNotLike'],
  keys: ['aws:SourceArn', 'aws:PrincipalArn', 'aws:username'],
  values: [
    'arn:aws:s3:::home',
    'arn:aws:s3:::*',
    'arn:*:*:*:*:*',
    'arn:aws:sns:*:1111*:*:x',
    'arn:aws:iam::*:user/${aws:username}',
    'arn:aws:sns:*:alice:x',
    'arn:aws:iam::111122223333:*',
  ],
}
const others: Family = {
  operators: ['Bool', 'BinaryEquals', 'Null'],
  keys: ['aws:SecureTransport', 'aws:binary', 'aws:absent', 'aws:TagKeys'],
  values: ['true', 'false', 'QQ==', 'TRUE'],
}
const families: readonly [Family, ...Family[]] = [strings, strings, strings, numbers, dates, addresses, arns, others]

/** One or two operators with one or two keys. */
export function conditionOf(tape: Tape): Record<string, Record<string, string[]>> {
  const condition: Record<string, Record<string, string[]>> = {}
  for (const family of tape.list(1, 2, () => tape.pick(families))) {
    const keys: Record<string, string[]> = {}
    for (const key of tape.list(1, tape.once(4) ? 2 : 1, () => tape.pick(family.keys)))
      keys[recased(tape, key)] = valuesOf(tape, family, key)
    condition[operatorOf(tape, family)] = keys
  }
  return condition
}

function operatorOf(tape: Tape, family: Family): string {
  const base = tape.pick(family.operators)
  if (base === 'Null') return base
  const multivalued = family.keys.includes('aws:TagKeys') || family.keys.includes('aws:numbers')
  const prefix = tape.once(multivalued ? 3 : 6) ? tape.pick(['ForAllValues:', 'ForAnyValue:']) : ''
  return `${prefix}${base}${tape.once(5) ? 'IfExists' : ''}`
}

/** Now and then what the context has for the key. */
function valuesOf(tape: Tape, family: Family, key: string): string[] {
  const known = Object.hasOwn(values, key) ? values[key as Key] : undefined
  return tape.list(tape.once(16) ? 0 : 1, 3, () => {
    const value =
      known !== undefined && tape.once(3)
        ? tape.pick(known as readonly [string, ...string[]])
        : tape.pick(family.values)
    return /[^\t\r\n -\u00ff]/.test(value) ? 'alice' : value
  })
}

function recased(tape: Tape, key: string): string {
  return tape.once(5) ? key.toUpperCase() : key
}
