import { arnLike } from './operators/arn.ts'
import { binaryEquals } from './operators/binary.ts'
import { bool } from './operators/boolean.ts'
import { date } from './operators/date.ts'
import { ipAddress } from './operators/ip.ts'
import { numeric } from './operators/numeric.ts'
import { stringEquals, stringEqualsIgnoreCase, stringLike } from './operators/string.ts'
import type { TestMaker } from './operators/value-test.ts'
import { remembering } from './remember.ts'

/** A condition operator with its set prefix and `IfExists` taken apart. */
export interface Operator {
  readonly set: 'none' | 'all' | 'any'
  /** `StringLike`, in AWS's spelling. */
  readonly name: string
  readonly ifExists: boolean
  readonly negated: boolean
  /** Absent for `Null`. */
  readonly make: TestMaker | undefined
  /** Whether the whole is spelled as AWS spells it. */
  readonly exactCase: boolean
}

interface Base {
  readonly name: string
  readonly negated: boolean
  readonly make: TestMaker | undefined
}

const bases: ReadonlyMap<string, Base> = new Map(
  [
    plain('StringEquals', stringEquals),
    negated('StringNotEquals', stringEquals),
    plain('StringEqualsIgnoreCase', stringEqualsIgnoreCase),
    negated('StringNotEqualsIgnoreCase', stringEqualsIgnoreCase),
    plain('StringLike', stringLike),
    negated('StringNotLike', stringLike),
    ...ordered('Numeric', numeric),
    ...ordered('Date', date),
    plain('Bool', bool),
    plain('BinaryEquals', binaryEquals),
    plain('IpAddress', ipAddress),
    negated('NotIpAddress', ipAddress),
    plain('ArnEquals', arnLike),
    plain('ArnLike', arnLike),
    negated('ArnNotEquals', arnLike),
    negated('ArnNotLike', arnLike),
    plain('Null'),
  ].map((base) => [base.name.toLowerCase(), base]),
)

function plain(name: string, make?: TestMaker): Base {
  return { name, negated: false, make }
}

function negated(name: string, make: TestMaker): Base {
  return { name, negated: true, make }
}

function ordered(family: string, maker: (holds: (order: number) => boolean) => TestMaker): readonly Base[] {
  const equal = maker((order) => order === 0)
  return [
    plain(`${family}Equals`, equal),
    negated(`${family}NotEquals`, equal),
    plain(
      `${family}LessThan`,
      maker((order) => order < 0),
    ),
    plain(
      `${family}LessThanEquals`,
      maker((order) => order <= 0),
    ),
    plain(
      `${family}GreaterThan`,
      maker((order) => order > 0),
    ),
    plain(
      `${family}GreaterThanEquals`,
      maker((order) => order >= 0),
    ),
  ]
}

const sets = [
  { prefix: 'ForAllValues:', set: 'all' },
  { prefix: 'ForAnyValue:', set: 'any' },
] as const

/** Gives: `undefined` for an operator that there is not. Case is ignored (rule C-6). */
export const operatorOf = remembering(readOperator, { most: 1024, longest: 60 })

function readOperator(written: string): Operator | undefined {
  const lower = written.toLowerCase()
  const found = sets.find(({ prefix }) => lower.startsWith(prefix.toLowerCase()))
  const prefix = found?.prefix ?? ''
  const rest = lower.slice(prefix.length)
  const ifExists = rest.endsWith('ifexists')
  const base = bases.get(ifExists ? rest.slice(0, -'ifexists'.length) : rest)
  if (base === undefined || (base.make === undefined && (ifExists || found !== undefined))) return undefined
  const spelled = `${prefix}${base.name}${ifExists ? 'IfExists' : ''}`
  return { set: found?.set ?? 'none', ...base, ifExists, exactCase: spelled === written }
}
