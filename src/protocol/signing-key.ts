import { createHmac } from 'node:crypto'
import { HmacKey } from './hmac.ts'

/** Where and when a signing key may be used. */
export interface KeyScope {
  /** `20260115` */
  readonly day: string
  readonly region: string
  readonly service: string
}

/** Keys derived from secrets, remembered. The one that was not used for longest goes first. */
export class SigningKeys {
  readonly #known = new Map<string, { readonly secret: string; readonly key: HmacKey }>()
  readonly #most: number

  constructor(most = 25_000) {
    this.#most = most
  }

  get size(): number {
    return this.#known.size
  }

  /** The key of a secret for a day, region and service. */
  get(accessKeyId: string, secret: string, scope: KeyScope): HmacKey {
    const name = `${accessKeyId}/${scope.day}/${scope.region}/${scope.service}`
    const known = this.#known.get(name)
    if (known !== undefined) this.#known.delete(name)
    const entry = known?.secret === secret ? known : { secret, key: new HmacKey(deriveKey(secret, scope)) }
    this.#known.set(name, entry)
    if (this.#known.size > this.#most) this.#forgetOldest()
    return entry.key
  }

  #forgetOldest(): void {
    for (const name of this.#known.keys()) {
      this.#known.delete(name)
      return
    }
  }
}

/** Source: AWS, "Create a signed AWS API request", step 3. */
export function deriveKey(secret: string, { day, region, service }: KeyScope): Buffer {
  let key: Buffer | string = `AWS4${secret}`
  for (const part of [day, region, service]) key = createHmac('sha256', key).update(part).digest()
  return createHmac('sha256', key).update('aws4_request').digest()
}
