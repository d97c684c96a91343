/**
 * Splits a text at its first five colons (rule R-7).
 * Gives: six parts for a whole ARN, fewer for an incomplete one; the sixth may hold colons.
 */
export function partsOf(arn: string): readonly string[] {
  const parts: string[] = []
  let from = 0
  for (let count = 0; count < 5; count++) {
    const colon = arn.indexOf(':', from)
    if (colon < 0) break
    parts.push(arn.slice(from, colon))
    from = colon + 1
  }
  parts.push(arn.slice(from))
  return parts
}

/** Whether an ARN is of a service and, where a type is given, its resource part begins with `type/`. */
export function isArnOf(arn: string, service: string, type = ''): boolean {
  const partition = arn.startsWith('arn:') ? arn.indexOf(':', 4) : -1
  if (partition < 0 || !arn.startsWith(`${service}:`, partition + 1)) return false
  const region = arn.indexOf(':', partition + service.length + 2)
  const account = region < 0 ? -1 : arn.indexOf(':', region + 1)
  return account >= 0 && (type === '' || arn.startsWith(`${type}/`, account + 1))
}
