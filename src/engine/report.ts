import { type Complaint, complaintOrder, complaints } from './complaint.ts'
import type { Problem } from './policy.ts'
import { lineTable } from './position.ts'

/** The problems that were found in a document so far. */
export interface Report {
  readonly text: string
  readonly found: Found[]
  readonly counts: Map<Complaint, number>
  /** Whether the document cannot be evaluated. */
  broken: boolean
}

export interface Finding {
  readonly complaint: Complaint
  readonly severity: Problem['severity']
  readonly offset: number
  readonly path: string
  /** What AWS's sentence names, where it names something. */
  readonly names?: readonly string[]
  readonly detail?: string
}

interface Found extends Finding {
  readonly rank: number
}

const mostOfOneKind = 100

export function newReport(text: string): Report {
  return { text, found: [], counts: new Map(), broken: false }
}

/** Adds a problem; beyond a hundred of one kind they are not kept. */
export function tell(report: Report, finding: Finding): void {
  if (finding.severity === 'grammar') report.broken = true
  const count = report.counts.get(finding.complaint) ?? 0
  if (count >= mostOfOneKind) return
  report.counts.set(finding.complaint, count + 1)
  report.found.push({ ...finding, rank: complaintOrder.indexOf(finding.complaint) })
}

/** Gives: the problems in AWS's order. */
export function problemsOf({ text, found }: Report): readonly Problem[] {
  if (found.length === 0) return []
  const positionOf = lineTable(text)
  return found
    .toSorted((left, right) => left.rank - right.rank || left.offset - right.offset)
    .slice(0, mostOfOneKind)
    .map(({ complaint, severity, offset, path, names = [], detail }) => ({
      code: 'MalformedPolicyDocument',
      message: messageOf(complaint, names),
      ...(detail === undefined ? {} : { detail }),
      severity,
      ...positionOf(offset),
      path,
    }))
}

function messageOf(complaint: Complaint, [first = '', second = '']: readonly string[]): string {
  const words = complaints[complaint]
  return typeof words === 'string' ? words : words(first, second)
}
