/** Kleene's three values as numbers: 0 no, 1 yes, 2 unknown. In enforcement nothing is unknown. */
export type Truth = 0 | 1 | 2

export const no = 0
export const yes = 1
export const unknown = 2

export function not(truth: Truth): Truth {
  return truth === unknown ? unknown : truth === yes ? no : yes
}

export function and(left: Truth, right: Truth): Truth {
  return left === no || right === no ? no : left === yes && right === yes ? yes : unknown
}

export function or(left: Truth, right: Truth): Truth {
  return left === yes || right === yes ? yes : left === no && right === no ? no : unknown
}
