/** What a service's interface is made of, as `tools/models.ts` writes it. */
export interface ServiceModel {
  /** Lower case, as in credential scopes and ARNs: `iam`. */
  readonly name: string
  /** `IAM` */
  readonly serviceId: string
  /** `2010-05-08` */
  readonly apiVersion: string
  readonly protocol: 'query' | 'json' | 'rest-json' | 'rest-xml' | 'ec2'
  /** The service name of a credential scope. */
  readonly signingName: string
  /** The namespace of XML answers. */
  readonly xmlNamespace?: string
  /** Of the JSON protocol: `1.1`. */
  readonly jsonVersion?: string
  /** Of the JSON protocol: what stands before the operation in `X-Amz-Target`. */
  readonly target?: string
  readonly operations: Readonly<Record<string, OperationModel>>
  readonly shapes: Readonly<Record<string, Shape>>
  /** By the code on the wire. */
  readonly errors: Readonly<Record<string, ErrorModel>>
}

export interface OperationModel {
  readonly name: string
  /** Names of structures in `shapes`; absent: nothing goes in, or comes out. */
  readonly input?: string
  readonly output?: string
  /** The element around the output of the query protocol: `CreateUserResult`. */
  readonly resultWrapper?: string
  /** Codes on the wire: `NoSuchEntity`. */
  readonly errors: readonly string[]
  readonly pagination?: Pagination
  readonly http?: { readonly method: string; readonly path: string; readonly status: number }
}

export interface Pagination {
  readonly inputToken: string
  readonly outputToken: string
  readonly limit?: string
  readonly moreResults?: string
}

export interface ErrorModel {
  readonly code: string
  readonly status: number
  readonly shape: string
}

export interface Constraints {
  readonly min?: number
  readonly max?: number
  /** For `new RegExp` with the flag `u`; anchored at both ends by whoever checks it. */
  readonly pattern?: string
  /** The pattern as AWS writes it in its messages, where JavaScript needs another. */
  readonly patternText?: string
  readonly enum?: readonly string[]
}

export type Shape = StructureShape | ListShape | MapShape | ScalarShape

export interface StructureShape {
  readonly type: 'structure'
  /** Exactly one member is present. */
  readonly union?: boolean
  readonly members: Readonly<Record<string, Member>>
  readonly required?: readonly string[]
}

export interface ListShape extends Constraints {
  readonly type: 'list'
  readonly member: Member
  /** Items repeat the list's own element; no `member` element around each. */
  readonly flattened?: boolean
}

export interface MapShape extends Constraints {
  readonly type: 'map'
  readonly key: Member
  readonly value: Member
  readonly flattened?: boolean
}

export interface ScalarShape extends Constraints {
  readonly type: 'string' | 'boolean' | 'integer' | 'long' | 'float' | 'double' | 'timestamp' | 'blob' | 'document'
  readonly timestampFormat?: 'date-time' | 'epoch-seconds' | 'http-date'
}

/** A use of a shape, with what only this use says. */
export interface Member extends Constraints {
  /** A name in `shapes`. */
  readonly shape: string
  /** The name on the wire, where it differs from the member's. */
  readonly wireName?: string
  /** Must not be logged. */
  readonly sensitive?: boolean
  /** Whoever calls fills it with a new unique value when it is absent. */
  readonly idempotencyToken?: boolean
  /** Where the member travels in HTTP bindings; absent: in the body. */
  readonly location?: 'header' | 'uri' | 'query' | 'payload' | 'status'
  /** Whether it may travel in the body instead of its location. */
  readonly orBody?: boolean
}
