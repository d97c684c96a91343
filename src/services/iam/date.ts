/** A moment as IAM tells it: in whole seconds. Takes: milliseconds since 1970. */
export function dateOf(moment: number): Date {
  return new Date(Math.floor(moment / 1000) * 1000)
}
