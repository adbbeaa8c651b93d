import { runInterpreter, findInterpreter, runCode } from './run-interpreter.ts'
import { noteAct } from './note-act.ts'
import { resolvePath } from './resolve-path.ts'
import { runScript } from './run-script.ts'
import type { Outcome, Shell, Way } from './shell.ts'
import { done, nothing, readBounds } from './shell.ts'
import { isSecretPath } from './secret-places.ts'
import { ANY, isExact, isKnown } from './text-marks.ts'
import { runAsProgram } from './subshell.ts'
import { Unreadable } from './unreadable.ts'

export interface FileRun {
  readonly shell: Shell
  readonly way: Way
  readonly isSourced: boolean
}

/** The content of a file that is run, as it would be found there. `missing`: it is not there, or cannot be known. */
export type Found = { readonly kind: 'text'; readonly text: string } | { readonly kind: 'missing' } | { readonly kind: 'outside' } | { readonly kind: 'awaited' }

/** A file that a shell is told to read. */
export function runFile(path: string, { shell, way, isSourced }: FileRun): Outcome {
  const found = findContent(path, shell, way)
  if (found.kind === 'awaited') return { ...nothing, out: ANY }
  if (found.kind === 'missing' && isSourced && !shell.state.filesChanged) return done
  if (found.kind !== 'text') throw new Unreadable(found.kind === 'outside' ? `${path} cannot be read from here` : `${path} is not there to be read`)
  if (!isKnown(found.text)) throw new Unreadable(`${path} is not known before it runs`)
  return runScript(found.text, { shell, way })
}

/** A file that is started like a program: by its first line, or by the shell. Undefined: there is nothing to be read. */
export function startFile(words: readonly [string, ...string[]], { shell, way }: { readonly shell: Shell; readonly way: Way }): Outcome {
  const [path, ...args] = words
  const found = findContent(path, shell, way)
  if (found.kind === 'awaited') return { ...nothing, out: ANY }
  if (found.kind === 'outside') throw new Unreadable(`${path} cannot be read from here`)
  if (found.kind === 'missing') {
    if (shell.state.filesChanged) throw new Unreadable(`${path} may be made by the same command`)
    return { ...nothing, out: noteAct(words, shell, way) }
  }
  if (!isKnown(found.text)) throw new Unreadable(`${path} is made by the same command`)
  if (/[\0\uFFFD]/.test(found.text.slice(0, 4000))) return { ...nothing, out: noteAct(words, shell, way) }
  const head = /^#![ \t]*(\S+)[ \t]*(.*)/.exec(found.text)
  const program = head === null ? 'sh' : (/\/env$/.test(head[1] ?? '') ? (head[2] ?? '').replace(/^-S\s*/, '').split(/\s+/).find((word) => !word.includes('=')) ?? '' : (head[1] ?? '')).replace(/^.*\//, '')
  const inner: Way = { ...way, via: [...way.via, path], depth: way.depth + 1 }
  if (/^(?:ba|da|z|k|a)?sh$/.test(program)) {
    const outcome = runAsProgram({ shell, dialect: head === null || program === 'bash' ? 'bash' : 'sh', self: path, args, way: inner }, (child) => runScript(found.text, { shell: child, way: inner }))
    return { ...outcome, jumps: false }
  }
  const interpreter = findInterpreter(program)
  if (interpreter !== undefined) return shell.state.files.has(resolvePath(path, shell)) ? runCode(found.text, interpreter.language, { words, shell, way, label: path }) : runInterpreter([program, path, ...args], interpreter, { shell, way })
  return { ...nothing, out: noteAct(words, shell, way) }
}

export function findContent(path: string, shell: Shell, way: Way): Found {
  if (!isExact(path)) throw new Unreadable('which file it runs is not known')
  const absolute = resolvePath(path, shell)
  if (/^\/(?:dev\/stdin|dev\/fd\/0|proc\/self\/fd\/0)$/.test(absolute) || path === '-') return { kind: 'text', text: way.stdin }
  const descriptor = /^\/(?:dev|proc\/self)\/fd\/(\d+)$/.exec(absolute)?.[1]
  if (descriptor !== undefined) return { kind: 'text', text: way.descriptors.get(Number(descriptor)) ?? ANY }
  const written = shell.state.files.get(absolute)
  if (written !== undefined) return { kind: 'text', text: written }
  if (shell.state.filesChanged) return { kind: 'text', text: ANY }
  const { home, files } = shell.session.place
  if (!absolute.startsWith(`${home}/`) || shell.state.cwd === undefined && !path.startsWith('/')) return { kind: 'outside' }
  const name = absolute.slice(home.length + 1)
  if (isSecretPath(absolute, shell)) return { kind: 'text', text: '\uE003' }
  if (!files.has(name)) {
    if (shell.session.wanted.size + files.size >= readBounds.files) throw new Unreadable('it runs too many files')
    shell.session.wanted.add(name)
    return { kind: 'awaited' }
  }
  const text = files.get(name)
  return text === undefined ? { kind: 'missing' } : { kind: 'text', text }
}
