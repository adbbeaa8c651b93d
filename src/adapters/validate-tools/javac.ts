import { readLines } from './read-lines.ts'
import type { Repository } from './repository.ts'
import { lastWords } from './tool-command.ts'
import type { Tool } from './tool-validator.ts'

const buildFile = /(^|\/)(pom\.xml|build\.gradle(\.kts)?|build\.xml|BUILD(\.bazel)?|build\.sbt)$/
/** Characters of all names together: the compiler must be given every file. */
const mostChars = 50_000

/** Plain trees of Java, which no build tool speaks for: those are compiled together. */
export const javac: Tool = {
  id: 'javac', program: 'javac', from: 'path', on: 'files', stream: 'stderr', timeoutMs: 300_000, isOptional: true,
  concerns: /\.java$/,
  isUsed: async (repository: Repository, folder) => folder === '' && repository.filter(buildFile).length === 0 && repository.filter(/\.java$/).join("' '").length <= mostChars,
  files: (repository) => repository.filter(/\.java$/),
  // It stops before it would write classes; how that is said changed with version 9.
  words: async () => [['-proc:none', '-Xlint:none', '-Xmaxerrs', '1000', '-XDshould-stop.ifNoError=FLOW', '-XDshouldStopPolicyIfNoError=FLOW']],
  read(output) {
    if (/error: package [\w.]+ does not exist/.test(output.text)) return { failed: 'it needs libraries that are not known here' }
    const findings = readLines(output, /^(?<path>.+\.java):(?<line>\d+): error: (?<message>.*)$/, { rule: 'javac', severity: () => 'error' })
    return output.exitCode !== 0 && findings.length === 0 ? { failed: lastWords(output.text) } : findings
  },
}
