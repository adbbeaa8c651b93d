import { digestOfJson } from '../../domain/digest.ts'
import { findRaised, type Measured } from '../../domain/validation/compare-complexity.ts'
import { isGenerated } from '../../domain/validation/generated.ts'
import type { SyntaxTrees } from '../../engine/ports/syntax-trees.ts'
import type { ChangeValidator, Subject } from '../../engine/ports/validation.ts'
import { grammars } from './decisions.ts'
import { measureFunctions } from './measure-functions.ts'

const maxBytes = 512 * 1024

/** Functions that the change makes more complex than the settings allow. What was complex before, and did not become more so, is left alone. */
export function createComplexityValidator(trees: SyntaxTrees): ChangeValidator {
  const concerned = ({ changes }: Subject): Subject['changes'] => changes.filter(({ path, binary }) => !binary && (trees.languageOf(path) ?? '') in grammars)

  async function measure(path: string, as: string, bytes: Uint8Array | undefined): Promise<readonly Measured[]> {
    if (bytes === undefined || bytes.length > maxBytes || bytes.includes(0)) return []
    const text = new TextDecoder().decode(bytes)
    if (isGenerated(path, text)) return []
    const functions = await trees.read(path, text, (root, language) => measureFunctions(root, language, text))
    return (functions ?? []).map((one) => ({ ...one, path: as }))
  }

  return {
    kind: 'change', id: 'complexity', stage: 'shape', version: '2',
    async key(subject) {
      const changes = concerned(subject)
      if (changes.length === 0) return undefined
      const contents = await Promise.all(changes.map(async ({ path, from }) => [path, toText(await subject.read(path)), toText(await subject.readBase(from ?? path))]))
      return digestOfJson([contents, subject.settings.complexity])
    },
    async look(subject) {
      const changes = concerned(subject)
      if (changes.length === 0) return undefined
      const before: Measured[] = []
      const after: Measured[] = []
      const large: string[] = []
      for (const { path, from, kind } of changes) {
        // Of a renamed file, too, a function is known by where it is now.
        before.push(...(await measure(from ?? path, path, await subject.readBase(from ?? path))))
        if (kind === 'deleted') continue
        const bytes = await subject.read(path)
        if (bytes !== undefined && bytes.length > maxBytes) large.push(path)
        after.push(...(await measure(path, path, bytes)))
      }
      const { most, severity } = subject.settings.complexity
      return {
        notes: large.length === 0 ? [] : [`larger than ${maxBytes / 1024} KiB, so not measured: ${large.slice(0, 5).join(', ')}${large.length > 5 ? ` and ${large.length - 5} more` : ''}`],
        findings: findRaised(before, after, most).map((one) => ({
          path: one.path, line: one.line, rule: 'complexity', severity,
          message: `${one.name} has ${one.complexity} ways through it${one.before === undefined ? '' : `, ${one.before} before`}; at most ${most} are wanted`,
        })),
      }
    },
  }
}

function toText(bytes: Uint8Array | undefined): string | null {
  return bytes === undefined ? null : new TextDecoder().decode(bytes)
}
