export interface ServiceColumns {
  readonly account: string
  readonly prefix: string
  readonly definition: string
  readonly createdAt: number
  readonly updatedAt: number
}
