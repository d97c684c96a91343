import type { PolicyType } from './layers.ts'

/** A policy document as it was read: every list is a list, and every element is named. */
export interface Policy {
  readonly type: PolicyType
  /** `2008-10-17` when the document names none (rule D-2). */
  readonly version: '2012-10-17' | '2008-10-17'
  readonly id?: string
  readonly statements: readonly Statement[]
  /** The document as given; positions count in it. */
  readonly text: string
}

/** One statement of a policy document. */
export interface Statement {
  readonly sid: string | undefined
  readonly effect: 'Allow' | 'Deny'
  /** Absent where the element is absent. */
  readonly principal: PrincipalElement | undefined
  readonly action: Element
  /** Absent in trust policies, and in resource policies that imply it. */
  readonly resource: Element | undefined
  /** One line for each pair of operator and key. */
  readonly conditions: readonly ConditionLine[]
  /** Offset in the document's text just after the token before the statement, as AWS's simulator counts (rule SIM-8). */
  readonly start: number
  /** Offset just after the closing brace. */
  readonly end: number
}

/** `Action` or `NotAction`, `Resource` or `NotResource`. */
export interface Element {
  /** Whether it is the `Not…` form. */
  readonly not: boolean
  readonly patterns: readonly string[]
}

/** `Principal` or `NotPrincipal`. */
export interface PrincipalElement {
  readonly not: boolean
  readonly entries: readonly PrincipalEntry[]
}

export interface PrincipalEntry {
  /** `*` for the bare text `"*"`. */
  readonly kind: 'AWS' | 'Service' | 'Federated' | 'CanonicalUser' | '*'
  readonly value: string
}

/** An operator, a key and the values it is held against. */
export interface ConditionLine {
  /** As written: set prefix, name, `IfExists`. */
  readonly operator: string
  readonly key: string
  readonly values: readonly string[]
}

/** What `parse` gives. `policy` is there whenever the document can be evaluated. */
export interface Parsed {
  readonly policy?: Policy
  /** In the order in which AWS tells them, at most 100. */
  readonly problems: readonly Problem[]
}

/** Something that AWS would refuse in a document. */
export interface Problem {
  readonly code: 'MalformedPolicyDocument'
  /** In AWS's words. */
  readonly message: string
  /** What is wrong here, in plain words, where AWS's message does not tell. */
  readonly detail?: string
  /** `grammar`: the document cannot be evaluated; `saving`: it can, but is not to be stored. */
  readonly severity: 'grammar' | 'saving'
  /** Counted from 1. */
  readonly line: number
  /** Counted from 1, in UTF-16 units. */
  readonly column: number
  /** `Statement[0].Action[1]`; empty for the whole document. */
  readonly path: string
}
