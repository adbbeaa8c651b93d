import { parseShell } from './parse-shell.ts'
import { runNode } from './run-node.ts'
import type { Outcome, Shell, Way } from './shell.ts'
import { nothing, readBounds, sayUnknown } from './shell.ts'
import { ANY, hasMarks, isKnown, toPlain } from './text-marks.ts'
import { Unreadable } from './unreadable.ts'

/** Reads a text that becomes a program only when the command runs. */
export function runScript(text: string, at: { readonly shell: Shell; readonly way: Way }): Outcome {
  const { shell, way } = at
  const { dialect } = shell.state
  const unclear = (why: string): Outcome => {
    sayUnknown(shell.session, text, why)
    return { ...nothing, out: ANY }
  }
  if (!isKnown(text)) return unclear('the program that a shell is given is not known before it runs')
  const plain = toPlain(text)
  if (hasMarks(plain)) return unclear('it has characters that no program has')
  if (way.depth > readBounds.depth) return unclear('it is nested too deeply')
  try {
    return runNode(parseShell(plain, { depth: way.depth, dialect }), shell, way)
  } catch (thrown) {
    if (!(thrown instanceof Unreadable)) throw thrown
    return unclear(thrown.message)
  }
}

/** For a text that a program gives to `sh`, whichever shell that is. */
export function withSh(shell: Shell): Shell {
  return { ...shell, state: { ...shell.state, dialect: 'sh', usesAliases: true } }
}
