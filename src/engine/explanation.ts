import type { DenyingLayer, Outlook, Verdict } from './verdict.ts'

/** How strongly a principal element names the caller (section 5 of the semantics). */
export type Strength = 'direct' | 'limited' | 'account'

export type Matching = 'yes' | 'no' | 'unknown'

/** A verdict with everything that led to it. */
export interface Explanation extends Verdict, Grounds {}

/** The same where some keys of the context are not known. */
export interface OutlookExplanation extends Outlook, Grounds {}

/** What led to a verdict. */
export interface Grounds {
  /** The layers in the order in which they are looked at, levels one by one. */
  readonly because: readonly LayerExplanation[]
  /** The statements that decided: the denying ones, or the allowing ones; none for an implicit denial. */
  readonly deciding: readonly DecidingStatement[]
  /** What decided, in plain words. */
  readonly reason: string
  /** The sentence AWS would say; present for a denial. */
  readonly sentence?: string
}

/** What one layer, or one level of an organization's policies, had to say. */
export interface LayerExplanation {
  readonly layer: DenyingLayer
  /** For levels, counted from 0 at the organization's root. */
  readonly level?: number
  readonly applies: boolean
  /** Why the layer does not apply. */
  readonly because?: string
  /** What came of it; `none` when no statement matched. */
  readonly result: 'allow' | 'deny' | 'none' | 'unknown'
  /** How strongly the allowing statements of a resource policy name the caller. */
  readonly strengths?: readonly Strength[]
  readonly statements: readonly StatementExplanation[]
}

/** Where a statement stands. */
export interface StatementPlace {
  /** Index of the policy in its layer or level. */
  readonly policy: number
  readonly policyId?: string
  readonly policyArn?: string
  /** Index of the statement in its policy. */
  readonly statement: number
  readonly sid?: string
  readonly line: number
  readonly column: number
}

export interface DecidingStatement extends StatementPlace {
  readonly layer: DenyingLayer
  readonly level?: number
  readonly effect: 'Allow' | 'Deny'
}

/** How one statement fared against the request. */
export interface StatementExplanation extends StatementPlace {
  readonly effect: 'Allow' | 'Deny'
  readonly matches: Matching
  /** How the principal element names the caller, where there is one and it does. */
  readonly strength?: Strength
  /** The first element that did not match, and what it was held against. */
  readonly failed?: FailedElement
  /** Every condition line, when the other elements match. */
  readonly conditions: readonly ConditionExplanation[]
}

export interface FailedElement {
  readonly element: 'Principal' | 'NotPrincipal' | 'Action' | 'NotAction' | 'Resource' | 'NotResource' | 'Condition'
  /** What the request has. */
  readonly wanted: string
  /** What the statement says. */
  readonly patterns: readonly string[]
}

/** How one condition line came out. */
export interface ConditionExplanation {
  readonly operator: string
  readonly key: string
  /** The policy's values after variables; a value whose variable has no value is `null`. */
  readonly values: readonly (string | null)[]
  /** What the request carries; absent when it does not carry the key. */
  readonly actual?: string | readonly string[]
  readonly holds: Matching
}
