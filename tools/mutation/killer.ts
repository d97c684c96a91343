/** What is said of a mutant that the type checker does not take. */
export const refused = 'the type checker'

/** What the name of a case begins with where the answer is right, but took more work. */
export const byWork = 'more work: '
