/** The tables of the audit trail. */
export interface AuditSchema {
  readonly auditRecord: AuditRecordColumns
  readonly auditText: AuditTextColumns
  readonly auditHead: AuditHeadColumns
  readonly auditKey: AuditKeyColumns
  readonly auditDigest: AuditDigestColumns
}

export interface AuditRecordColumns {
  /** Counted without gaps. */
  readonly seq: number
  readonly id: string
  readonly at: number
  /** 0: management; 1: data. */
  readonly category: number
  readonly account: string | null
  readonly principal: string | null
  readonly accessKeyId: string | null
  /** Refers to a text. */
  readonly caller: string | null
  readonly eventSource: string
  readonly eventName: string
  readonly region: string | null
  readonly sourceIp: string
  readonly userAgent: string | null
  readonly readOnly: number
  readonly resource: string | null
  readonly request: string | null
  readonly errorCode: string | null
  readonly errorMessage: string | null
  readonly errorDetail: string | null
  readonly decisions: string | null
  readonly more: string | null
  /** Made of the one before it and of all other columns. */
  readonly chain: string
}

export interface AuditTextColumns {
  readonly ref: string
  readonly text: string
  /** The day, counted from 1970, on which something last began to refer to it. */
  readonly day: number
}

/** One row: where the trail ends. */
export interface AuditHeadColumns {
  readonly one: number
  readonly seq: number
  readonly chain: string
  /** Bytes of all records so far, those that were pruned included. */
  readonly bytes: number
  readonly mac: string
}

export interface AuditKeyColumns {
  readonly id: string
  /** PEM. */
  readonly publicKey: string
  readonly createdAt: number
  readonly dataKey: string
  readonly sealed: Uint8Array
}

export interface AuditDigestColumns {
  readonly number: number
  readonly body: string
  readonly signature: string
}
