/**
 * The words that may say what a program is to do. An option in front may take the word after it or not; both readings count:
 * in `npm --workspace a publish` these are `a` and `publish`.
 */
export function findVerbs(args: readonly string[]): readonly string[] {
  const verbs: string[] = []
  let mayBeValue = false
  for (const arg of args) {
    if (arg === '--') break
    if (arg.startsWith('-') || arg.startsWith('+')) {
      mayBeValue = arg.startsWith('-') && !arg.includes('=')
      continue
    }
    verbs.push(arg)
    if (!mayBeValue) break
    mayBeValue = false
  }
  return verbs
}

/** The operands from the last of these on: `s3`, `rm` of `aws --profile ls s3 rm`. */
export function operandsFromVerb(args: readonly string[]): readonly string[] {
  const operands = args.filter((arg) => !arg.startsWith('-') && !arg.startsWith('+'))
  return operands.slice(Math.max(0, findVerbs(args).length - 1))
}
