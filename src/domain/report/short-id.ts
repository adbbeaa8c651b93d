/** Digits of a run id that are random; unique enough to type, and `resolve` says so where they are not. */
const shortLength = 6

/** The word for a run in commands and tables: the end of its id. */
export function toShortId(run: string): string {
  return run.slice(-shortLength)
}

/** Commits are shown by so many digits. */
export function toShortCommit(commit: string): string {
  return commit.slice(0, 10)
}
