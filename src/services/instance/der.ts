/** Writers of DER, as far as certificates and signed messages need them. Source: ITU-T X.690. */

export function element(tag: number, ...parts: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat(parts)
  const size = content.length
  const length = size < 0x80 ? [size] : size < 0x100 ? [0x81, size] : [0x82, size >> 8, size & 0xff]
  if (size > 0xffff) throw new RangeError('an element of DER is too long here')
  return Buffer.concat([Buffer.from([tag, ...length]), content])
}

export function sequence(...parts: readonly Uint8Array[]): Buffer {
  return element(0x30, ...parts)
}

export function set(...parts: readonly Uint8Array[]): Buffer {
  return element(0x31, ...parts)
}

export function octets(bytes: Uint8Array): Buffer {
  return element(0x04, bytes)
}

/** Takes: whole bytes of a positive number, the first below 128. */
export function integer(...bytes: readonly number[]): Buffer {
  return element(0x02, Buffer.from(bytes))
}

/** Takes: `1.2.840.113549`. */
export function identifier(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number)
  const bytes = [first * 40 + second, ...rest].flatMap((number) => {
    const digits = [number & 0x7f]
    for (let left = number >> 7; left > 0; left >>= 7) digits.unshift((left & 0x7f) | 0x80)
    return digits
  })
  return element(0x06, Buffer.from(bytes))
}

/** An algorithm without parameters, written as those of RSA are. */
export function algorithm(dotted: string): Buffer {
  return sequence(identifier(dotted), element(0x05))
}

/** A name of one common name. */
export function commonName(text: string): Buffer {
  return sequence(set(sequence(identifier('2.5.4.3'), element(0x0c, Buffer.from(text)))))
}

/** A moment before 2050, in seconds. */
export function time(at: number): Buffer {
  const text = new Date(at).toISOString().replace(/[-:T]/g, '').slice(2, 14)
  return element(0x17, Buffer.from(`${text}Z`))
}
