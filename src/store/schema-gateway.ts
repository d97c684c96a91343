export interface ResourceColumns {
  readonly account: string
  readonly arn: string
  readonly policy: string | null
  readonly principals: string | null
  readonly tags: string
  readonly updatedAt: number
}
