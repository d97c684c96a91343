export type StoreErrorCode =
  | 'Locked'
  | 'BadFolder'
  | 'WrongMasterKey'
  | 'MissingMasterKey'
  | 'BadMasterKey'
  | 'NewerSchema'
  | 'Corrupt'

/** Why a store does not open, in words for its operator. Never holds a key. */
export class StoreError extends Error {
  override readonly name = 'StoreError'
  readonly code: StoreErrorCode

  constructor(code: StoreErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause })
    this.code = code
  }
}
