import type { TestCase, TestStatus } from '../../protocol/evidence.ts'

/** A test as a reporter or a parser saw it, before it has a name of its own. */
export interface SeenTest {
  readonly file: string | undefined
  /** Suites and test, outermost first; empty for the file itself. */
  readonly path: readonly string[]
  readonly status: TestStatus
  readonly message: string | undefined
  readonly ms: number | undefined
}

const between = ' › '
const maxMessage = 2000

/** Gives every test its name: `file › suite › test`, with ` #2` for the second of the same name. */
export function toCases(seen: readonly SeenTest[]): TestCase[] {
  const counts = new Map<string, number>()
  return seen.map((test) => {
    const parts = test.file === undefined ? test.path : [test.file, ...test.path]
    const plain = parts.map((part) => part.replaceAll(/\s+/g, ' ').trim()).join(between) || '(unnamed)'
    const count = (counts.get(plain) ?? 0) + 1
    counts.set(plain, count)
    return {
      name: count === 1 ? plain : `${plain} #${count}`,
      status: test.status,
      ...(test.file === undefined ? {} : { file: test.file }),
      ...(test.message === undefined ? {} : { message: test.message.slice(0, maxMessage) }),
      ...(test.ms === undefined ? {} : { durationMs: Math.max(0, test.ms) }),
    }
  })
}
