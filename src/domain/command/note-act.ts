import type { ActKind } from '../../protocol/command.ts'
import { classify } from './classify/classify.ts'
import { Draft } from './draft.ts'
import { toKnownOutput } from './known-output.ts'
import { resolvePath } from './resolve-path.ts'
import type { Shell, Way } from './shell.ts'
import { addAct } from './shell.ts'
import { hasPattern, isExact, SECRET } from './text-marks.ts'

export interface FurtherFacts {
  readonly hosts: readonly string[]
  readonly reads: readonly string[]
  readonly writes: readonly string[]
}

/** Notes a program that would be started, with what it amounts to. Gives back what it would print, as far as that is known. */
export function noteAct(words: readonly string[], shell: Shell, way: Way, kinds: readonly ActKind[] = [], further?: FurtherFacts): string {
  const draft = new Draft(words, shell, way)
  for (const kind of kinds) draft.add(kind)
  if (further !== undefined) {
    for (const host of further.hosts) draft.host(host)
    for (const path of further.reads) draft.mention(path, further.writes.includes(path) ? 'write' : 'read')
    if (kinds.includes('recursive-delete')) for (const path of further.writes) draft.writes(path)
  } else classify(draft)
  const act = draft.toAct()
  addAct(shell.session, act)
  if (draft.carriesSecret) spreadSecret(draft, shell)
  const output = toKnownOutput(words, way.stdin, (path) => readKnown(path, shell))
  if (act.kinds.includes('secret-read')) return draft.unknownOutput()
  // Some shells decode what echo is given, some do not.
  if (words[0] === 'echo' && shell.state.dialect !== 'bash' && words.some((word) => word.includes('\\') || /^-[neE]+$/.test(word))) return draft.unknownOutput()
  return output ?? draft.unknownOutput()
}

/** Whatever a program names beside a secret may be where it puts it: an archive, an encrypted copy. */
function spreadSecret(draft: Draft, shell: Shell): void {
  for (const arg of draft.args) {
    const path = arg.replace(/^[\w-]+=/, '')
    if (/^[\w./~-]+$/.test(path) && !path.startsWith('-') && !draft.isSecret(path)) shell.state.files.set(resolvePath(path, shell), SECRET)
  }
}

function readKnown(path: string, shell: Shell): string | undefined {
  if (!isExact(path) || hasPattern(path)) return undefined
  return shell.state.files.get(resolvePath(path, shell))
}
