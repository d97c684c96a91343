export interface InstanceColumns {
  readonly id: string
  readonly account: string
  readonly region: string
  readonly name: string | null
  readonly profileId: string
  readonly profileArn: string
  readonly tags: string
  readonly sessionSeconds: number
  readonly createdAt: number
  readonly createdBy: string
  readonly joinHash: string | null
  readonly joinExpiresAt: number | null
  readonly joinUsedAt: number | null
  readonly publicKey: string | null
  readonly joinedAt: number | null
  readonly address: string | null
  readonly moment: number | null
  readonly sessionId: string | null
}
